//! Why the database did not do what was asked.

use sea_orm::{
    DbErr, RuntimeErr, SqlErr,
    sqlx::{self, error::DatabaseError, sqlite::SqliteError},
};

use crate::domain::{Unrevisable, Waiting};

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No area has that code.
    #[error("no area has the code `{0}`")]
    UnknownArea(String),
    /// No organisation has that code.
    #[error("no organisation has the code `{0}`")]
    UnknownOrganisation(String),
    /// Who may hand in what changed between the check of a file and its storing.
    #[error(
        "another organisation handed in some of these institutions, or the roll changed, at the same moment; nothing was stored: \
         hand the file in again"
    )]
    RollChanged,
    /// What was to be taken back changed.
    #[error("some of it was corrected or taken back at the same moment; nothing was taken back: look again")]
    ChangedMeanwhile,
    /// There is nothing such to erase.
    #[error(
        "nothing is stored about that institution but what a register may tell of it: it was never handed in or put on the roll, or was erased"
    )]
    NothingToErase,
    /// There is nothing of an organisation to erase.
    #[error("nothing is stored that the organisation `{0}` handed in: it never handed anything in, or that was erased")]
    NothingHandedIn(String),
    /// What was asked for was made by another process meanwhile.
    #[error("another process made this change at the same moment; nothing was changed here")]
    ChangeMade,
    /// A change would be made that the audit does not tell.
    #[error("a change is made by nobody: it cannot be recorded, and is not made without")]
    Unrecorded,
    /// No agreement has that number, or it ended.
    #[error("no agreement that holds, or will, has the number {0}; `exchange agreement list` names those there are")]
    UnknownAgreement(i64),
    /// Another agreement is to hold in its place.
    #[error("the agreement {0} was amended: the agreement {1} is to hold in its place; amend that one, or end {0}")]
    ReplacedAgreement(i64, i64),
    /// The organisation ended.
    #[error("the organisation `{0}` ended: it hands nothing in, asks nothing and is party to nothing")]
    OrganisationEnded(String),
    /// The code is taken.
    #[error("an organisation with the code `{0}` is there already")]
    OrganisationTaken(String),
    /// A release would show nothing that the newest one does not.
    #[error("nothing to publish: {}", nothing(.0))]
    NothingToPublish(Vec<Waiting>),
    /// A period that was named to be published anew.
    #[error(transparent)]
    Unrevisable(#[from] Unrevisable),
    /// No signing key that holds has that identifier.
    #[error("no key that holds has the identifier `{0}`; `exchange key list` names those there are")]
    UnknownKey(String),
    /// Two keys hold already.
    #[error("two keys hold already; retire the older one first, with `exchange key retire {0}`")]
    TwoKeys(String),
    /// It is the key that signs.
    #[error("the key `{0}` is the one that signs; make another first, with `exchange key rotate`")]
    SigningKey(String),
    /// No client has that identifier.
    #[error("no client has the identifier `{0}`; `exchange client list` names those there are")]
    UnknownClient(String),
    /// The client was revoked.
    #[error("the client `{0}` was revoked, for good; add another with `exchange client add`")]
    RevokedClient(String),
    /// Two credentials of a client hold already.
    #[error(
        "two secrets or keys of the client `{0}` hold already: wait until the older one ends (`exchange client list`), or end \
         both at once with --at-once"
    )]
    TwoCredentials(String),
    /// No webhook has that identifier.
    #[error("no webhook has the identifier `{0}`; `exchange webhook list` names those there are")]
    UnknownWebhook(String),
    /// A message to a webhook that cannot be sent again.
    #[error(
        "expected messages to this webhook that can be sent again, found `{0}`: it is none of its messages of the last 30 days, is \
         a test, or is being sent right now"
    )]
    NotResendable(String),
    /// No issuer that holds has that name.
    #[error("no issuer that holds has the name `{0}`; `exchange issuer list` names those there are")]
    UnknownIssuer(String),
    /// The name is taken.
    #[error("an issuer with the name `{0}` is there already; change it with `exchange issuer change`, or end it first")]
    IssuerTaken(String),
    /// The issuer does not vouch for that client.
    #[error("the client `{0}` of the issuer `{1}` is not let in; `exchange issuer list` names those that are")]
    UnknownIssuerClient(String, String),
    /// There is no database file.
    #[error("there is no database `{0}`; make one with `exchange migrate`, or name another with --database-url")]
    NoDatabase(String),
    /// Another process changes the database file.
    #[error("another process is changing the database; try again in a moment")]
    Locked,
    /// The database file is not the one that was opened.
    #[error(
        "the database `{0}` was deleted or replaced while it was used: put it back, or end this process and start it again"
    )]
    FileGone(String),
    /// A copy of the database file was not made.
    #[error("the database is not backed up to `{0}`: {1}")]
    Backup(String, String),
    /// Reference data that do not hang together.
    #[error("the reference data do not hang together: {0}")]
    Reference(String),
    /// Another publisher was first.
    #[error("release {0} was published by another process at the same time; nothing was published here")]
    ReleaseTaken(u32),
    /// Another writer stored a row under the same key first.
    #[error("another process stored the same at the same time; nothing was changed here")]
    LostRace(#[source] DbErr),
    /// A later version of the program ran migrations that this one does not know.
    #[error(
        "the database is newer than this program, which does not know the migrations {}; run the version that made them",
        .0.join(", ")
    )]
    Newer(Vec<String>),
    /// A row breaks a rule of the new schema.
    #[error("the database cannot be brought up to date: {0}")]
    Unmigratable(String),
    /// What is to be stored breaks a rule that the database holds.
    #[error("{0}")]
    Invalid(String),
    /// A value in the database is none that the application writes.
    #[error("the database holds a value that was not expected: {0}")]
    Corrupt(String),
    /// The database cannot be reached, or does not answer in time.
    #[error("the database cannot be reached at present; try again in a moment")]
    Away(#[source] Option<DbErr>),
    /// The database failed.
    #[error(transparent)]
    Database(DbErr),
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::LostRace(error),
            _ => match error {
                locked if is_locked(&locked) => Self::Locked,
                away if is_away(&away) => Self::Away(Some(away)),
                DbErr::Migration(reason) => Self::Unmigratable(reason),
                other => Self::Database(other),
            },
        }
    }
}

impl Error {
    /// The same, or another error where a race was lost: what the key stood for is known where the row is stored.
    pub(super) fn or_lost_race(error: DbErr, lost: impl FnOnce() -> Self) -> Self {
        match Self::from(error) {
            Self::LostRace(_) => lost(),
            other => other,
        }
    }
}

/// Why there is nothing to publish.
fn nothing(waiting: &[Waiting]) -> String {
    let editions: Vec<String> = waiting.iter().map(ToString::to_string).collect();
    if editions.is_empty() {
        return "no result and no destination came in since the newest release".to_owned();
    }
    format!("all that came in is of periods that were published before; {}", editions.join("; "))
}

/// What the driver told.
fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(&**cause),
        _ => None,
    }
}

/// Whether another process has the lock of a SQLite file that was wanted.
pub(super) fn is_locked(error: &DbErr) -> bool {
    let cause = driver(error).and_then(sqlx::Error::as_database_error);
    let Some(cause) = cause.and_then(|cause| cause.try_downcast_ref::<SqliteError>()) else {
        return false;
    };
    // The last byte is the kind, SQLITE_BUSY or SQLITE_LOCKED; what stands before it tells more.
    let code = cause.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// The classes and codes of PostgreSQL that say that the server, or this database, does not serve now: connections end, too many
/// are there, it starts or stops, it only reads as a standby does, or there is no such database.
const AWAY: [&str; 5] = ["08", "53300", "57P", "25006", "3D000"];

/// Whether the database was not reached at all.
fn is_away(error: &DbErr) -> bool {
    let Some(cause) = driver(error) else {
        return matches!(error, DbErr::ConnectionAcquire(_));
    };
    match cause {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(told) => {
            told.code().is_some_and(|code| code.len() == 5 && AWAY.iter().any(|away| code.starts_with(away)))
        }
        _ => false,
    }
}
