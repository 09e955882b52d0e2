/** Marks of browsers, the more particular first: most claim to be the ones before them as well. */
const browsers: readonly [mark: RegExp, name: string][] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/(Firefox|FxiOS)\//, "Firefox"],
  [/(Chrome|Chromium|CriOS)\//, "Chrome"],
  [/Version\/.*Safari\//, "Safari"],
];

const systems: readonly [mark: RegExp, name: string][] = [
  [/Windows NT/, "Windows"],
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/** What a browser calls itself, in the words of people: "Firefox on Linux". */
export function describeAgent(agent: string | undefined): string {
  if (!agent) return "Unknown program";
  const browser = nameOf(browsers, agent) ?? agent.split(/[\s/]/)[0] ?? agent;
  const system = nameOf(systems, agent);
  return system ? `${browser} on ${system}` : browser;
}

function nameOf(marks: readonly [mark: RegExp, name: string][], agent: string) {
  return marks.find(([mark]) => mark.test(agent))?.[1];
}
