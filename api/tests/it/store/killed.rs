//! A process that is killed: nothing that was told is lost, nothing is charged twice, and nothing stays half stored.

use std::{process::Stdio, thread, time::Duration};

use serde_json::Value;

use crate::support::{Database, Desk, OWN_FILES, Population, Running};

/// A term for each time that a publisher is killed.
const PERIODS: [&str; 17] = [
    "201718T1", "201718T2", "201718T3", "201819T1", "201819T2", "201819T3", "201920T1", "201920T2", "201920T3",
    "202021T1", "202021T2", "202021T3", "202122T1", "202122T2", "202122T3", "202223T1", "202223T2",
];

/// How often each kind of process is killed; 51 times in all.
const TIMES: u32 = 17;

/// A moment that is another each time, of the first so many milliseconds of a process.
fn moment(time: u32, most: u64) -> Duration {
    Duration::from_millis(u64::from(time) * most / u64::from(TIMES))
}

/// The nth of 48 tabulations, each of another measure or set of types.
fn nth(n: u32) -> String {
    let types = ["maintained", "independent", "college", "special", "aided", "other"];
    format!(
        "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"], benchmarks: [{}], where: \
         [{{dimension: TYPE, in: [\"academy\", \"{}\"]}}]}}) {{ cells {{ achievedShare {{ value }} }} }} }}",
        n % 8 + 1,
        types[usize::try_from(n / 8 % 6).unwrap()]
    )
}

/// Starts a command and kills it at a moment.
fn kill(desk: &Desk, arguments: &[&str], moment: Duration) {
    let mut command = desk.command(&[arguments, &OWN_FILES].concat());
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(moment);
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Starts an import and kills it a moment after it began to store. Returns whether that was before its end.
async fn kill_import(desk: &Desk, database: &Database, import: &[&str], moment: Duration) -> bool {
    let stores = "SELECT COUNT(*) FROM setting WHERE key = 'intake_under_way'";
    let mut command = desk.command(&[import, &OWN_FILES].concat());
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while database.numbers(stores).await == [[0]] && process.try_wait().unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    thread::sleep(moment);
    process.kill().unwrap();
    process.wait().unwrap();
    database.numbers(stores).await == [[1]]
}

#[tokio::test]
async fn what_a_server_that_is_killed_answered_is_charged_once() {
    let desk = Desk::filled();
    let database = Database::at(&desk.url());
    let token = desk.token();
    for time in 0..TIMES {
        database.execute("DELETE FROM budget_entry").await;
        let server = Running::start(&desk, &[&["serve", "--listen", "127.0.0.1:0"][..], &OWN_FILES].concat());
        let address = server.address.clone();
        let answered: Vec<String> = thread::scope(|scope| {
            let (address, token) = (&address, &token);
            let asking = scope.spawn(move || {
                let answers = (0..40).map(|n| Running::body_from(address, token, &nth(n)));
                answers.take_while(Option::is_some).flatten().collect()
            });
            thread::sleep(moment(time, 150));
            server.kill();
            asking.join().unwrap()
        });
        let answered = answered
            .iter()
            .map(|body| serde_json::from_str::<Value>(body).unwrap())
            .filter(|answer| answer.get("errors").is_none())
            .count();
        let charged = database.numbers("SELECT COUNT(*) FROM budget_entry").await[0][0];
        let lost = charged - i64::try_from(answered).unwrap();
        assert!((0..=1).contains(&lost), "time {time}: {answered} answered, {charged} charged");
    }
}

#[tokio::test]
async fn of_an_import_that_is_killed_nothing_is_left_and_it_can_be_run_again() {
    let desk = Desk::filled();
    let database = Database::at(&desk.url());
    let population = Population::standard(1).only(|row| row.scheme == "URN");
    let half_stored = "SELECT (SELECT COUNT(*) FROM result) - (SELECT SUM(results) FROM submission), \
                       (SELECT COUNT(*) FROM benchmark_score) - (SELECT SUM(scores) FROM submission), \
                       (SELECT COUNT(*) FROM setting WHERE key = 'intake_under_way')";
    let mut halfway = 0;
    for time in 0..TIMES {
        // Institutions that nobody saw before, in another term each time, and many.
        let mut rows = Vec::new();
        for copy in 0..6 {
            rows.extend(population.0.iter().cloned().map(|mut row| {
                row.id += 1_000 * (copy + 1) + 10_000 * time;
                row
            }));
        }
        desk.write("more.csv", &Population(rows).file());
        let import = ["import", "results", "more.csv", "--organisation", "NE-HUB"];
        let before = database.numbers("SELECT COUNT(*), (SELECT COUNT(*) FROM institution) FROM result").await;
        halfway += i32::from(kill_import(&desk, &database, &import, moment(time, 200)).await);
        // Any command that opens the database takes back what was left, if anything was.
        desk.token();
        assert_eq!(database.numbers(half_stored).await, [[0, 0, 0]], "time {time}");
        let after = database.numbers("SELECT COUNT(*), (SELECT COUNT(*) FROM institution) FROM result").await;
        let new = after[0][0] - before[0][0];
        assert!(new == 0 || new == 6 * 366, "time {time}: {new} of a file are stored");
        assert_eq!(after[0][1] - before[0][1], new / 2, "time {time}: institutions");
        desk.does_own(&import);
        assert_eq!(database.numbers(half_stored).await, [[0, 0, 0]], "time {time}");
    }
    assert!(halfway > 0, "none was killed while it stored");
}

#[tokio::test]
async fn a_release_whose_publisher_is_killed_is_there_or_not() {
    let desk = Desk::filled();
    let database = Database::at(&desk.url());
    for time in 0..TIMES {
        // A term that nothing was published of.
        let period = PERIODS[usize::try_from(time).unwrap()];
        let mut population = Population::standard(1).only(|row| row.scheme == "URN" && row.period == "202324T3");
        population.0.iter_mut().for_each(|row| row.period = period);
        desk.write("more.csv", &population.file());
        desk.does_own(&["import", "results", "more.csv", "--organisation", "NE-HUB"]);
        let before = database.numbers("SELECT MAX(number) FROM release").await[0][0];
        kill(&desk, &["publish"], moment(time, 500));
        let told = desk.run(&[&["publish"][..], &OWN_FILES].concat());
        let found = database.numbers("SELECT MAX(number), COUNT(*) FROM release").await;
        assert_eq!(found, [[before + 1, before + 1]], "{}", String::from_utf8_lossy(&told.stderr));
    }
}
