// Starts and stops the binary under test: an appliance with an empty folder, and a sandbox beside it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const patienceMs = 30_000;

/** What is limited is counted by tests of its own; here nobody waits for it, or for jitter. */
const unhurried = `[limits]
sync_starts = "1000 / minute"
sync_starts_airtable = "1000 / minute"
analytics = "1000 / minute"
[sync]
schedule_jitter = "1 s"
`;

/**
 * Both processes, where they are, and how to end them.
 *
 * `settings` are what the configuration ends with; `host` is how the appliance is called.
 */
export async function startAppliance(binary, { host = "localhost", settings = unhurried } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "weighbridge-browser-"));
  const sandboxPort = await freePort();
  const port = await freePort();
  const config = join(folder, "weighbridge.toml");
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  await writeFile(config, configFor({ data: join(folder, "data"), port, sandboxUrl }) + settings);
  const started = [
    start(binary, ["sandbox", "--listen", `127.0.0.1:${sandboxPort}`]),
    start(binary, ["serve", "--config", config]),
  ];
  const stop = async () => {
    await Promise.all(started.map(end));
    await rm(folder, { recursive: true });
  };
  try {
    await Promise.all([untilOpen(sandboxPort, started[0]), untilOpen(port, started[1])]);
  } catch (cause) {
    await stop();
    throw cause;
  }
  const url = `https://${host}:${port}`;
  return {
    url,
    sandboxUrl,
    setupLink: () => setupLink(binary, config, url),
    stop,
  };
}

/** The demonstration, what it has told of itself, and how to end it: that gives its exit code. */
export async function startDemo(binary) {
  const started = start(binary, ["demo"]);
  const stop = async () => {
    await end(started);
    return started.child.exitCode;
  };
  const deadline = Date.now() + patienceMs;
  while (!/^Ctrl-C ends/m.test(started.said())) {
    if (started.child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`the demonstration did not begin:\n${started.said()}`);
    }
    await wait(100);
  }
  const told = (what) => started.said().match(new RegExp(`^ *${what} +(\\S+)$`, "m"))?.[1];
  return { url: told("Weighbridge"), email: told("e-mail"), password: told("password"), stop };
}

function configFor({ data, port, sandboxUrl }) {
  return `[server]
listen = "127.0.0.1:${port}"
data = "${data}"

[sandbox]
url = "${sandboxUrl}"

`;
}

function start(binary, args) {
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => said.push(text));
  return { child, said: () => Buffer.concat(said).toString() };
}

async function end({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

async function untilOpen(port, { child, said }) {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended at once:\n${said()}`);
    if (await isOpen(port)) return;
    await wait(100);
  }
  throw new Error(`nothing listens on port ${port}:\n${said()}`);
}

async function isOpen(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A fresh link, from the command that an administrator would use. */
async function setupLink(binary, config, url) {
  const asked = start(binary, ["setup-link", "--config", config]);
  await once(asked.child, "close");
  const token = asked.said().match(/#token=(\S+)/)?.[1];
  if (!token) throw new Error(`no set-up link:\n${asked.said()}`);
  return `${url}/setup#token=${token}`;
}

/** The records of the sandbox's table, by key. */
export async function dumpOf(sandboxUrl, base, table) {
  const query = new URLSearchParams({ base, table });
  const response = await fetch(`${sandboxUrl}/_sandbox/dump?${query}`);
  if (!response.ok) throw new Error(`dump: ${response.status} ${await response.text()}`);
  const lines = (await response.text()).trim().split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}

export async function readFixture(name) {
  return readFile(new URL(`./fixtures/${name}`, import.meta.url), "utf8");
}
