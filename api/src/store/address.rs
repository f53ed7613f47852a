//! The address of a database. It may hold a password, so it is shown without.

use std::{
    fmt,
    net::IpAddr,
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    url: String,
    place: Place,
}

#[derive(Clone, PartialEq, Eq)]
enum Place {
    /// A SQLite database in the memory of this process.
    Memory,
    /// A SQLite database in a file.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server,
}

/// The text is no address. What it is stays untold: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Nothing that can be read.
    #[error(
        "expected the address of a database, `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`, with `#`, `/`, `?`, `@` \
         and `:` of a password written as %23, %2F, %3F, %40 and %3A; found something else"
    )]
    Unreadable,
    /// A parameter that means nothing, so that what it should do would not be done.
    #[error("the address of the database has the parameter `{0}`, which is not known")]
    Parameter(String),
    /// TLS only where the server insists, which the driver does not do.
    #[error("`sslmode=allow` is not supported: expected disable, prefer, require, verify-ca or verify-full")]
    Allow,
}

/// The parameters of an address that the driver knows.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

impl Address {
    /// The file of a SQLite database; `None` for any other.
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            Place::Memory | Place::Server => None,
        }
    }

    /// Whether the database is in the memory of this process, and gone with it.
    pub fn is_in_memory(&self) -> bool {
        self.place == Place::Memory
    }

    /// Whether it is on a PostgreSQL server.
    pub(super) fn is_server(&self) -> bool {
        self.place == Place::Server
    }

    /// How a server is connected to, without a line in the log for each statement.
    ///
    /// # Errors
    /// When it is the address of no server.
    pub(super) fn server(&self) -> Result<PgConnectOptions, InvalidAddress> {
        let options = PgConnectOptions::from_str(&self.url).map_err(|_| InvalidAddress::Unreadable)?;
        Ok(self.with_tls(options.disable_statement_logging()))
    }

    /// What is done about TLS to a server: what was asked for, and no less.
    fn with_tls(&self, options: PgConnectOptions) -> PgConnectOptions {
        let root = parameters(&self.url).any(|(name, _)| matches!(name, "sslrootcert" | "ssl-root-cert" | "ssl-ca"));
        match options.get_ssl_mode() {
            // Whoever names the authority wants the certificate checked, as PostgreSQL's own programs do.
            PgSslMode::Require if root => options.ssl_mode(PgSslMode::VerifyCa),
            PgSslMode::Prefer if is_remote(&options) => {
                tracing::warn!(
                    "the connection to the database may be in plain text: its address has no `sslmode`; with \
                     `?sslmode=verify-full` it is encrypted or refused"
                );
                options
            }
            _ => options,
        }
    }

    /// The address as the library of entities takes it, which names it in its log: of a server no more than that it is one.
    pub(super) fn url(&self) -> &str {
        if self.is_server() { "postgres://server" } else { &self.url }
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let place = if let Some(rest) = url.strip_prefix("sqlite:") {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            let (file, parameters) = rest.split_once('?').unwrap_or((rest, ""));
            match file {
                "" => return Err(InvalidAddress::Unreadable),
                ":memory:" => Place::Memory,
                _ if parameters.split('&').any(|parameter| parameter == "mode=memory") => Place::Memory,
                // As the driver reads it: with what is written as %20 and the like.
                _ => Place::File(
                    SqliteConnectOptions::from_str(url)
                        .map_err(|_| InvalidAddress::Unreadable)?
                        .get_filename()
                        .to_owned(),
                ),
            }
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // The driver would log what it does not know, with its value.
            for (name, _) in parameters(url) {
                if !PARAMETERS.contains(&name) && !name.starts_with("options[") {
                    return Err(InvalidAddress::Parameter(name.chars().take(40).collect()));
                }
            }
            let options = PgConnectOptions::from_str(url).map_err(|_| InvalidAddress::Unreadable)?;
            if matches!(options.get_ssl_mode(), PgSslMode::Allow) {
                return Err(InvalidAddress::Allow);
            }
            Place::Server
        } else {
            return Err(InvalidAddress::Unreadable);
        };
        Ok(Self { url: url.to_owned(), place })
    }
}

/// The parameters of an address of a server, as they stand there.
fn parameters(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let (_, query) = url.split_once('?').unwrap_or_default();
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn is_remote(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let local = host == "localhost" || host.starts_with('/') || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    options.get_socket().is_none() && !local
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.url.split_once("://"), self.url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) if self.place == Place::Server => {
                write!(f, "{scheme}://…@{}", host.split('?').next().unwrap_or_default())
            }
            _ => f.write_str(self.url.split('?').next().unwrap_or_default()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, shown: &str, file: Option<&str>) {
        let address: Address = url.parse().unwrap();
        assert_eq!(address.to_string(), shown);
        assert_eq!(address.file(), file.map(Path::new), "{url}");
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        check("postgres://app:Secr3t@db:5432/exchange", "postgres://…@db:5432/exchange", None);
        check("postgresql://app:a%40b@db/exchange?sslmode=require&password=x", "postgresql://…@db/exchange", None);
        check("postgres://db/exchange?password=Secr3t", "postgres://db/exchange", None);
    }

    #[test]
    fn the_library_that_logs_the_address_is_told_no_password() {
        for url in ["postgres://app:Secr3t@db/exchange", "postgresql://db/exchange?user=app&password=Secr3t"] {
            let address: Address = url.parse().unwrap();
            let told = format!("{:?}", sea_orm::ConnectOptions::new(address.url()));
            assert!(!told.contains("Secr3t") && told.contains("postgres://"), "{told}");
            let options = address.server().unwrap();
            assert_eq!(
                (options.get_host(), options.get_username(), options.get_database()),
                ("db", "app", Some("exchange"))
            );
        }
    }

    #[test]
    fn sqlite_is_a_file_with_or_without_slashes_or_in_memory() {
        check("sqlite://exchange.db", "sqlite://exchange.db", Some("exchange.db"));
        check("sqlite:exchange.db?mode=ro", "sqlite:exchange.db", Some("exchange.db"));
        check("sqlite://a%20b.db", "sqlite://a%20b.db", Some("a b.db"));
        check("sqlite:///srv/exchange.db", "sqlite:///srv/exchange.db", Some("/srv/exchange.db"));
        check("sqlite::memory:", "sqlite::memory:", None);
        assert!("sqlite::memory:".parse::<Address>().unwrap().is_in_memory());
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for url in [
            "postgres://app:Secr3t#Pass@127.0.0.1:5432/exchange",
            "postgres://app:Secr3t/Pass@127.0.0.1:5432/exchange",
            "postgress://app:Secr3tPass@127.0.0.1:5432/exchange",
            "sqlite://",
            "exchange.db",
            "",
        ] {
            let refused = url.parse::<Address>().unwrap_err().to_string();
            assert!(!refused.contains("Secr3t") && refused.contains("%23"), "{url}: {refused}");
        }
    }

    #[test]
    fn what_is_asked_for_about_tls_is_done_or_refused() {
        let refused = |url: &str| url.parse::<Address>().unwrap_err();
        assert_eq!(refused("postgres://db/exchange?sslmode=allow"), InvalidAddress::Allow);
        let mistyped = refused("postgres://db/exchange?ssl_mode=require&passwort=Secr3t");
        assert_eq!(mistyped, InvalidAddress::Parameter("ssl_mode".into()));
        assert!(!refused("postgres://db/exchange?passwort=Secr3t").to_string().contains("Secr3t"));
        let mode = |url: &str| {
            let options = url.parse().unwrap();
            format!("{:?}", url.parse::<Address>().unwrap().with_tls(options).get_ssl_mode())
        };
        assert_eq!(mode("postgres://db/exchange?sslmode=require"), "Require");
        assert_eq!(mode("postgres://db/exchange?sslmode=require&sslrootcert=ca.pem"), "VerifyCa");
        assert_eq!(mode("postgres://db/exchange?sslmode=verify-full&sslrootcert=ca.pem"), "VerifyFull");
        assert_eq!(mode("postgres://db/exchange?sslmode=disable"), "Disable");
    }
}
