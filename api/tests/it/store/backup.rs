//! The restore drill: a backup and the secret give the same answers, byte for byte, and the same budget, on both databases.

use tempfile::TempDir;

use crate::support::{Database, Desk, Engine, LEP, OWN_FILES, Postgres, Running, Service};

const BUDGET: &str = "{ viewer { budget { tier measure used limit remaining rho } } }";

fn by(dimensions: &str) -> String {
    format!(
        "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"], by: [{dimensions}]}}) {{ citation \
         cells {{ categories {{ code }} benchmark {{ number }} achievedShare {{ value standardError status }} }} }} }}"
    )
}

fn serve(desk: &Desk) -> Running {
    Running::start(desk, &[&["serve", "--listen", "127.0.0.1:0"][..], &OWN_FILES].concat())
}

#[test]
fn a_backup_made_while_sqlite_is_used_answers_alike_under_the_same_secret() {
    let desk = Desk::filled();
    let token = desk.token();
    let server = serve(&desk);
    let asked = [by("PHASE"), by("TYPE"), BUDGET.to_owned()];
    let answers = asked.each_ref().map(|query| server.body(&token, query).unwrap());
    assert!(desk.does_own(&["backup", "copy.db"]).contains("the secret is not in it"));
    server.body(&token, &by("SIZE")).unwrap();
    let later = server.body(&token, BUDGET).unwrap();
    assert_ne!(later, answers[2], "what came after the backup is not in it");
    server.end();
    assert!(desk.refuses(&[&["backup", "copy.db"][..], &OWN_FILES].concat()).contains("there is a file already"));
    assert!(!desk.path("copy.db.part").exists());

    for (copy, budget) in [("copy.db", &answers[2]), ("exchange.db", &later)] {
        let restored = Desk::restored(&desk, copy);
        let server = serve(&restored);
        assert_eq!(server.body(&token, BUDGET).as_ref(), Some(budget), "{copy}");
        for (query, answer) in asked.iter().zip(&answers).take(2) {
            assert_eq!(server.body(&token, query).as_ref(), Some(answer), "{copy}");
        }
        assert_eq!(server.body(&token, BUDGET).as_ref(), Some(budget), "{copy}: asking again costs nothing");
    }
    // Without the secret it is of no use to anybody.
    let other = Desk::restored(&desk, "copy.db");
    std::fs::remove_file(other.path("exchange.secret")).unwrap();
    other.does(&["secret", "new", "exchange.secret"]);
    let told = other.refuses(&[&["serve", "--listen", "127.0.0.1:0"][..], &OWN_FILES].concat());
    assert!(told.contains("the secret does not belong to this database"), "{told}");
}

#[tokio::test]
async fn a_dump_of_postgresql_restored_elsewhere_answers_alike_under_the_same_secret() {
    let service = Service::filled(Engine::Postgres).await;
    let asked = [by("PHASE"), by("TYPE"), BUDGET.to_owned()];
    let mut answers = Vec::new();
    for query in &asked {
        answers.push(service.ask(Some(LEP), query).await.body);
    }
    let told = service.operator().back_up("copy.db".as_ref()).await.unwrap_err().to_string();
    assert!(told.contains("pg_dump --format=custom"), "{told}");

    let folder = TempDir::new().unwrap();
    let dump = folder.path().join("exchange.dump").display().to_string();
    let database = Database::fresh(Engine::Postgres).await;
    Postgres::run("pg_dump", &["--format=custom", "--file", &dump, &service.database.url]);
    Postgres::run("pg_restore", &["--no-owner", "--exit-on-error", "--dbname", &database.url, &dump]);
    let restored = Service::migrated(database).await;
    for (query, answer) in asked.iter().zip(&answers) {
        assert_eq!(restored.ask(Some(LEP), query).await.body, *answer, "{query}");
    }
    assert_eq!(restored.ask(Some(LEP), BUDGET).await.body, answers[2], "asking again costs nothing");
}
