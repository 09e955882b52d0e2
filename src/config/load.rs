//! Loads the configuration: all sections, then the rules between them.

use std::path::{Path, PathBuf};

use toml_edit::Document;

use super::fault::{Fault, Faults, Reason, Unreadable, Warning};
use super::reader::{About, Entry, Reader, place};
use super::rules;
use super::{
    Airtable, Audit, Auth, Config, Environment, Exports, Google, Hooks, Limits, Log, Meta, Net,
    Notion, Redis, Sandbox, Sentry, Server, Source, Store, Sync, Tls, Vault, Zapier,
};

/// A configuration that can be used, and what is known about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// Every key with its value and where that came from, section by section.
    pub entries: Vec<Entry>,
    /// What the writer should know.
    pub warnings: Vec<Warning>,
}

/// The file that the packages install.
const USUAL_FILE: &str = "/etc/weighbridge/config.toml";

impl Config {
    /// The file to load when nobody names one: the variable `WEIGHBRIDGE_CONFIG`, else the
    /// packages' if it is there.
    pub fn usual_file(environment: &Environment) -> Option<PathBuf> {
        let named = environment.get("WEIGHBRIDGE_CONFIG").map(PathBuf::from);
        named.or_else(|| Path::new(USUAL_FILE).exists().then(|| USUAL_FILE.into()))
    }

    /// Loads `file` if one is given, with `environment` above it. Relative paths in the file start
    /// at its folder, so that it means the same from wherever it is loaded; those in the
    /// environment start where the process does.
    ///
    /// Errs with all faults at once; only a file that is not TOML hides those behind the first.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Loaded, Faults> {
        let text = file.map_or(Ok(String::new()), std::fs::read_to_string);
        let faults = match text {
            Ok(text) => match read(&text, environment, &folder_of(file)) {
                Ok(loaded) => return Ok(loaded),
                Err(faults) => faults,
            },
            Err(error) => vec![Fault {
                source: Source::WholeFile,
                reason: Unreadable::from(error).into(),
            }],
        };
        let file = file.map(Path::to_owned);
        Err(Faults { file, faults })
    }
}

/// Where relative paths of `file` start.
fn folder_of(file: Option<&Path>) -> PathBuf {
    let file = file.and_then(|file| std::path::absolute(file).ok());
    let folder = file.as_deref().and_then(Path::parent);
    folder.map(Path::to_owned).unwrap_or_default()
}

/// The configuration when nothing is set, with what is declared about every section and key.
pub(super) fn defaults() -> (Config, Vec<About>, Vec<Entry>) {
    let document = Document::parse("").expect("nothing is valid TOML");
    let environment = Environment::default();
    let mut reader = Reader::new("", &document, &environment, Path::new(""));
    let config = sections(&mut reader);
    (config, reader.sections, reader.entries)
}

fn read(text: &str, environment: &Environment, folder: &Path) -> Result<Loaded, Vec<Fault>> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        vec![Fault {
            source: place(text, at),
            reason: Reason::Syntax(error.message().trim().replace('\n', ", ")),
        }]
    })?;
    let mut reader = Reader::new(text, &document, environment, folder);
    let config = sections(&mut reader);
    rules::check(&config, &mut reader);
    reader.refuse_unknown();
    let Reader {
        entries,
        warnings,
        mut faults,
        ..
    } = reader;
    if faults.is_empty() {
        return Ok(Loaded {
            config,
            entries,
            warnings,
        });
    }
    faults.sort_by_key(|fault| match fault.source {
        Source::File { line, column } => (line, column),
        Source::WholeFile => (0, 0),
        Source::Default | Source::Environment(_) => (usize::MAX, 0),
    });
    Err(faults)
}

fn sections(reader: &mut Reader<'_>) -> Config {
    let server = Server::read(reader.section(
        "server",
        "Where the appliance listens, whom it believes, and where it keeps its files.",
    ));
    let data = server.data.as_path();
    Config {
        tls: Tls::read(reader.section("tls", "The certificate that the appliance shows.")),
        auth: Auth::read(reader.section("auth", "Passwords and sessions.")),
        limits: Limits::read(reader.section(
            "limits",
            "How much anybody may ask for. `N / T` is a burst of N, and one back each T/N.",
        )),
        store: Store::read(reader.section("store", "The database.")),
        audit: Audit::read(reader.section("audit", "The audit log."), data),
        vault: Vault::read(
            reader.section("vault", "The key that seals credentials."),
            data,
        ),
        log: Log::read(reader.section("log", "The operational log.")),
        net: Net::read(reader.section("net", "Calls that leave the appliance.")),
        sync: Sync::read(reader.section("sync", "Runs of syncs, and plans of them.")),
        exports: Exports::read(reader.section("exports", "Files that are made in the background.")),
        airtable: Airtable::read(reader.section(
            "airtable",
            "Pacing towards Airtable, and the OAuth integration there.",
        )),
        notion: Notion::read(reader.section(
            "notion",
            "Pacing towards Notion, and the OAuth integration there.",
        )),
        zapier: Zapier::read(reader.section("zapier", "Pacing towards Zapier's hooks.")),
        meta: Meta::read(reader.section("meta", "Pacing towards Meta's Marketing API.")),
        hooks: Hooks::read(reader.section(
            "hooks",
            "Addresses that are told what becomes of a dataset's records.",
        )),
        sandbox: Sandbox::read(reader.section("sandbox", "The practice provider.")),
        google: Google::read(reader.section(
            "google",
            "The OAuth client for Google's products, and how Google Ads is called.",
        )),
        sentry: Sentry::read(reader.section("sentry", "Error monitoring.")),
        redis: Redis::read(reader.section("redis", "A shared store for limits.")),
        server,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::super::{Caution, MasterKey, Rate};
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    pub(in super::super) fn loaded(text: &str, variables: &[(&str, &str)]) -> Loaded {
        read(text, &environment(variables), Path::new("")).unwrap()
    }

    pub(in super::super) fn faults(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let faults = read(text, &environment(variables), Path::new("")).unwrap_err();
        let file = Some(PathBuf::from("w.toml"));
        let page = Faults { file, faults }.to_string();
        page.lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        let config = loaded("", &[]).config;
        assert_eq!(config.server.listen, "0.0.0.0:8443".parse().unwrap());
        assert_eq!(
            config.audit.folder,
            PathBuf::from("/var/lib/weighbridge/audit")
        );
        assert_eq!(
            config.limits.authentication,
            Rate::parse("5 / 5 minutes").unwrap()
        );
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn the_files_beside_the_data_follow_its_folder() {
        let config = loaded("[server]\ndata = \"/srv/w\"", &[]).config;
        assert_eq!(config.server.socket, PathBuf::from("/srv/w/admin.sock"));
        assert_eq!(
            config.vault.master_key,
            MasterKey::File("/srv/w/master.key".into())
        );
    }

    /// A data folder that followed the shell's folder gave another appliance in each.
    #[test]
    fn a_relative_path_starts_at_its_files_folder_and_in_the_environment_where_one_is() {
        let text = "[server]\ndata = \"d\"\n[vault]\nmaster_key = { file = \"k\" }\n\
                    [tls]\ncertificate = \"c.pem\"\nkey = \"/abs/k.pem\"";
        let environment = environment(&[("WEIGHBRIDGE_LOG__FOLDER", "logs")]);
        let config = read(text, &environment, Path::new("/etc/w"))
            .unwrap()
            .config;
        assert_eq!(config.server.data, PathBuf::from("/etc/w/d"));
        assert_eq!(config.audit.folder, PathBuf::from("/etc/w/d/audit"));
        assert_eq!(config.vault.master_key, MasterKey::File("/etc/w/k".into()));
        let files = config.tls.files.unwrap();
        assert_eq!(files.certificate, PathBuf::from("/etc/w/c.pem"));
        assert_eq!(files.key, PathBuf::from("/abs/k.pem"));
        assert_eq!(config.log.folder, Some("logs".into()));
    }

    #[test]
    fn a_file_that_is_missing_is_named_without_a_place_in_it() {
        let faults = Config::load(Some("/nowhere/w.toml".as_ref()), &Environment::default());
        let told = faults.unwrap_err().to_string();
        assert!(
            told.starts_with("/nowhere/w.toml: the file could not"),
            "{told}"
        );
    }

    #[test]
    fn all_faults_are_reported_at_once_with_their_places() {
        let text =
            "[server]\nlisen = \"x\"\nlisten = \"8443\"\n[log]\n  level = \"loud\"\n[limit]\n";
        assert_eq!(
            faults(text, &[]),
            [
                "w.toml:2:1: server.lisen is not known; did you mean server.listen?",
                "w.toml:3:1: server.listen must be an address and a port such as \"0.0.0.0:8443\" \
                 or \"[::]:8443\"; it is \"8443\"",
                "w.toml:5:3: log.level must be one of \"error\", \"warn\", \"info\", \"debug\", \
                 \"trace\"; it is \"loud\"",
                "w.toml:6:2: limit is not known; did you mean limits?",
            ]
        );
    }

    #[test]
    fn a_file_that_is_not_toml_names_the_place() {
        let faults = faults("[server]\nlisten = \n", &[]);
        assert!(faults[0].starts_with("w.toml:2:"), "{faults:?}");
        assert!(faults[0].contains("this is not TOML"), "{faults:?}");
    }

    #[test]
    fn a_number_out_of_its_range_is_refused_with_the_range() {
        assert_eq!(
            faults("[limits]\npage_max = 501", &[]),
            ["w.toml:2:1: limits.page_max must be a whole number from 1 to 500; it is 501"]
        );
    }

    #[test]
    fn a_key_outside_the_sections_and_a_section_that_is_a_value_are_refused() {
        assert_eq!(
            faults("listen = 1\nserver = 1", &[]),
            [
                "w.toml:1:1: listen is not known",
                "w.toml:2:10: server must be a section, written [server]",
            ]
        );
    }

    #[test]
    fn the_environment_stands_above_the_file() {
        let text = "[server]\nlisten = \"127.0.0.1:1\"\n[store]\ncache_mib = 1";
        let loaded = loaded(
            text,
            &[
                ("WEIGHBRIDGE_SERVER__LISTEN", "127.0.0.1:2"),
                ("WEIGHBRIDGE_STORE__CACHE_MIB", "64"),
                ("WEIGHBRIDGE_SERVER__HOSTS", r#"["a", "b"]"#),
                ("WEIGHBRIDGE_LIMITS__EXPORTS", "9 / minute"),
            ],
        );
        assert_eq!(loaded.config.server.listen.port(), 2);
        assert_eq!(loaded.config.store.cache_mib, 64);
        assert_eq!(loaded.config.server.hosts, ["a", "b"]);
        assert_eq!(loaded.config.limits.exports.burst.get(), 9);
    }

    #[test]
    fn a_variable_that_sets_nothing_is_refused() {
        assert_eq!(
            faults("", &[("WEIGHBRIDGE_SERVER__LISTN", "x")]),
            [
                "environment variable WEIGHBRIDGE_SERVER__LISTN: WEIGHBRIDGE_SERVER__LISTN is not \
              known; did you mean WEIGHBRIDGE_SERVER__LISTEN?"
            ]
        );
    }

    /// One underscore where two belong left the default in force, and nobody was told.
    #[test]
    fn every_variable_that_looks_like_ours_is_known_or_refused() {
        for (name, meant) in [
            ("WEIGHBRIDGE_SERVER_LISTEN", "WEIGHBRIDGE_SERVER__LISTEN"),
            ("WEIGHBRIDGE_CONFG", "WEIGHBRIDGE_CONFIG"),
            ("WEIGHBRIDGE_DATA", "WEIGHBRIDGE_SERVER__DATA"),
        ] {
            let faults = faults("", &[(name, "x")]);
            let told = format!("{name} is not known; did you mean {meant}?");
            assert!(faults[0].ends_with(&told), "{faults:?}");
        }
        let ours = super::super::environment::OURS.map(|name| (name, "1"));
        assert!(read("", &environment(&ours), Path::new("")).is_ok());
    }

    #[test]
    fn the_names_of_long_standing_are_understood_and_said_to_be_unused() {
        let loaded = loaded(
            "",
            &[
                ("GOOGLE_CLIENT_ID", "id"),
                ("GOOGLE_CLIENT_SECRET", "CANARY"),
                ("SENTRY_DSN", "https://CANARY@sentry.example/1"),
                ("REDIS_URL", "redis://:CANARY@localhost"),
                ("JWT_SECRET_KEY", "CANARY, which is a long enough text"),
            ],
        );
        let google = &loaded.config.google;
        assert_eq!(google.client_id.as_deref(), Some("id"));
        assert_eq!(google.client_secret.as_ref().unwrap().expose(), "CANARY");
        assert!(loaded.config.auth.jwt_secret_key.is_some());
        let cautions: Vec<Caution> = loaded.warnings.iter().map(|w| w.caution).collect();
        assert_eq!(
            cautions
                .iter()
                .filter(|one| **one == Caution::Unused)
                .count(),
            2
        );
        let told = format!("{loaded:?}{}", super::super::show(&loaded.entries));
        assert!(!told.contains("CANARY"), "{told}");
    }

    #[test]
    fn a_sandbox_on_this_machine_is_allowed() {
        for url in ["http://127.0.0.1:8480", "http://[::1]:8480"] {
            let config = loaded(&format!("[sandbox]\nurl = \"{url}\""), &[]).config;
            assert!(config.sandbox.url.is_some(), "{url}");
        }
    }

    #[test]
    fn spans_and_lists_are_read() {
        let text = "[server]\nheader_deadline = \"250 ms\"\ntrusted_proxies = [\"10.0.0.0/8\"]";
        let server = loaded(text, &[]).config.server;
        assert_eq!(server.deadlines.header, Duration::from_millis(250));
        assert!(server.trusted_proxies[0].contains("10.1.2.3".parse().unwrap()));
    }
}
