//! Webhooks: organisations are told what is theirs, signed, until they take it; nobody is sent around inside.

mod killed;
mod receiver;
mod resent;

use std::sync::Arc;

use api::{
    app,
    auth::Scope,
    domain::{Clock, Secret},
    service::Exchange,
};
use chrono::{DateTime, Utc};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    changes::{change, refused, send, token},
    support::{Engine, HUB, LEP, MovedClock, PARTNER, Population, Service},
};

use receiver::{Manner, Receiver};

const WEBHOOK: &str = "status message secret webhook { webhookId url events secretBeforeUntil }";
const TEST: &str = "status message delivery { messageId event status attempts outcome dueAt endedAt payload }";

/// A service whose time a test moves on, and whose webhooks may be on this machine.
struct Here {
    service: Service,
    clock: Arc<MovedClock>,
}

/// A webhook as its organisation knows it.
struct Known {
    id: String,
    secret: String,
}

impl Here {
    async fn new(engine: Engine) -> Self {
        Self::beside(&Service::empty(engine).await, Arc::default()).await
    }

    async fn beside(first: &Service, clock: Arc<MovedClock>) -> Self {
        let exchange = Exchange::open(&first.database.url, Secret::new([1; 32]), clock.clone()).await.unwrap();
        exchange.start().await.unwrap();
        exchange.allow_webhooks_on_this_machine();
        let exchange = Arc::new(exchange);
        let router = app::router(&first.settings, &exchange).unwrap();
        let service = Service { exchange, router, settings: first.settings.clone(), database: first.database.clone() };
        Self { service, clock }
    }

    async fn replica(&self) -> Self {
        Self::beside(&self.service, self.clock.clone()).await
    }

    fn manager(&self, organisation: &str) -> String {
        token(&self.service, organisation, &[Scope::WebhooksManage])
    }

    async fn add(&self, organisation: &str, input: Value) -> Known {
        let added = change(&self.service, &self.manager(organisation), "addWebhook", WEBHOOK, input).await;
        assert_eq!(added["status"], "DONE", "{added}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Known { id: text(&added["webhook"]["webhookId"]), secret: text(&added["secret"]) }
    }

    /// Lets time pass.
    fn later(&self, seconds: i64) {
        self.clock.move_on(seconds);
    }

    /// Does what the service does every second.
    async fn tick(&self) {
        self.service.exchange.refresh().await.unwrap();
        self.service.exchange.tell_webhooks().await.unwrap();
    }

    /// Does it until something holds.
    async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        for _ in 0..1_000 {
            self.tick().await;
            if holds().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("it did not come about within 20 seconds: {what}");
    }

    /// What became of the messages to the webhooks of an organisation, the oldest first.
    async fn deliveries(&self, organisation: &str) -> Vec<Value> {
        let document = "{ viewer { webhooks { deliveries(first: 50) { messageId event status attempts outcome dueAt endedAt } } } }";
        let told = send(&self.service, &self.manager(organisation), document, Value::Null).await.data();
        let webhooks = told["viewer"]["webhooks"].as_array().unwrap().clone();
        webhooks.iter().flat_map(|webhook| webhook["deliveries"].as_array().unwrap().iter().rev().cloned()).collect()
    }

    async fn is_settled(&self, organisation: &str) -> bool {
        self.deliveries(organisation).await.iter().all(|delivery| delivery["status"] != "DUE")
    }

    /// Hands in what the hub has for a term.
    async fn hand_in(&self, term: &str) {
        let own = Population::standard(1).only(|row| row.hub == "HUB-2018-21" && row.period == term);
        let report = self.service.hand_in(HUB, &own).await;
        assert!(report.problems.is_empty(), "{:?}", report.problems.first());
    }
}

fn said(receiver: &Receiver) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = receiver
        .got()
        .iter()
        .map(|message| (message.says()["type"].as_str().unwrap().to_owned(), message.says()["data"].clone()))
        .collect();
    all.sort_by_key(|(event, data)| (event.clone(), data.to_string()));
    all
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn each_organisation_is_told_what_is_its_own_signed_and_once_by_all_replicas_together(#[case] engine: Engine) {
    let here = Here::new(engine).await;
    let other = here.replica().await;
    let (hub, lep, some) = (Receiver::new().await, Receiver::new().await, Receiver::new().await);
    let of_hub = here.add(HUB, json!({"url": hub.url})).await;
    let of_lep = here.add(LEP, json!({"url": lep.url})).await;
    here.add(PARTNER, json!({"url": some.url, "events": ["RELEASE_PUBLISHED"]})).await;

    here.later(1);
    here.hand_in("202324T3").await;
    here.service.operator().publish(None).await.unwrap();
    let number = |text: &str| text.parse::<i64>().unwrap();
    let agreement = here.service.database.texts(
        "SELECT CAST(a.id AS TEXT) FROM agreement a JOIN organisation o ON o.id = a.consumer_id WHERE o.code IN ('NE-LEP', 'HK-PARTNER') ORDER BY a.id",
    );
    let agreement = agreement.await;
    let today = here.clock.today();
    here.service.operator().end_agreement(number(&agreement[0]), today).await.unwrap();
    here.service.operator().end_agreement(number(&agreement[1]), today).await.unwrap();
    let grants = token(&here.service, HUB, &[Scope::AgreementsManage]);
    let input = json!({"consumer": LEP, "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": ["benchmarking"]});
    let granted = change(&here.service, &grants, "grantAgreement", "agreement { number }", input).await;
    let granted = granted["agreement"]["number"].as_i64().unwrap();
    change(&here.service, &grants, "endAgreement", "status", json!({ "number": granted })).await;
    here.until("everything is told", async || {
        other.tick().await;
        hub.got().len() >= 3 && lep.got().len() >= 3 && !some.got().is_empty()
    })
    .await;
    here.until("everything is settled", async || {
        here.is_settled(HUB).await && here.is_settled(LEP).await && here.is_settled(PARTNER).await
    })
    .await;

    let release = ("release.published".to_owned(), json!({"release": 1}));
    let submission = ("submission.accepted".to_owned(), json!({"submission": 1}));
    let ended = |number: i64| ("agreement.ended".to_owned(), json!({ "agreement": number }));
    let (held, granted) = (ended(number(&agreement[0])), ended(granted));
    let expected = [granted.clone(), release.clone(), submission];
    assert_eq!(said(&hub), expected, "what it granted and handed in, and no agreement of others");
    assert_eq!(said(&lep), [held, granted, release.clone()], "what it held, and nothing that others handed in");
    assert_eq!(said(&some), [release], "what it asked for");
    for (receiver, own, others) in [(&hub, &of_hub, &of_lep), (&lep, &of_lep, &of_hub)] {
        assert_eq!(receiver.ids().len(), receiver.got().len(), "each once");
        for message in receiver.got() {
            assert!(message.is_signed_with(&own.secret) && !message.is_signed_with(&others.secret));
            assert_eq!((message.signatures(), message.timestamp), (1, here.clock.now().timestamp()));
            assert!(message.id.starts_with("msg_") && message.says()["timestamp"].is_string());
        }
    }
    // Nothing is told again, also where it is looked at anew.
    here.replica().await.tick().await;
    here.later(3_600);
    here.tick().await;
    assert_eq!((hub.got().len(), lep.got().len(), some.got().len()), (3, 3, 1));
    let told = here.deliveries(HUB).await;
    assert!(told.iter().all(|one| one["status"] == "DELIVERED" && one["attempts"] == 1), "{told:?}");
    for secret in [&of_hub.secret, &of_lep.secret] {
        let rows = here.service.database.texts("SELECT payload || COALESCE(outcome, '') FROM webhook_delivery").await;
        assert!(!rows.concat().contains(&secret[6..]), "a secret stands in no message");
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn a_message_is_tried_again_under_its_identifier_until_it_is_taken_or_given_up(#[case] engine: Engine) {
    let here = Here::new(engine).await;
    let (broken, elsewhere, leading) = (Receiver::new().await, Receiver::new().await, Receiver::new().await);
    broken.behave(Manner::Answers(500));
    let known = here.add(HUB, json!({"url": broken.url})).await;
    leading.behave(Manner::Redirects(elsewhere.url.clone()));
    here.add(LEP, json!({"url": leading.url})).await;
    let nobody = "http://127.0.0.1:1/hook";
    here.add(PARTNER, json!({"url": nobody})).await;
    here.later(1);
    here.hand_in("202324T3").await;
    here.service.operator().publish(None).await.unwrap();
    here.until("both are tried", async || broken.got().len() >= 2 && !leading.got().is_empty()).await;
    here.until("it is kept", async || here.deliveries(HUB).await.iter().all(|one| one["outcome"] == "answered 500"))
        .await;
    for organisation in [LEP, PARTNER] {
        here.until("it is kept", async || here.deliveries(organisation).await[0]["outcome"] != Value::Null).await;
    }
    assert_eq!(broken.got().len(), 2, "not before it is due");

    broken.behave(Manner::Answers(204));
    here.later(10);
    here.until("it is taken", async || here.is_settled(HUB).await).await;
    assert_eq!((broken.got().len(), broken.ids().len()), (4, 2), "twice each, under one identifier");
    assert!(broken.got().iter().all(|message| message.is_signed_with(&known.secret)));
    assert!(broken.got()[3].timestamp > broken.got()[0].timestamp, "signed anew");
    let told = here.deliveries(HUB).await;
    assert!(told.iter().all(|one| one["status"] == "DELIVERED" && one["attempts"] == 2), "{told:?}");

    // A redirect is followed nowhere, and what nobody takes comes to an end that is shown.
    for attempt in 2..=12 {
        for organisation in [LEP, PARTNER] {
            here.until("it is tried", async || here.deliveries(organisation).await[0]["attempts"] == attempt).await;
            here.until("it is kept", async || {
                let due = here.deliveries(organisation).await[0]["dueAt"].clone();
                due.as_str().is_none_or(|due| due.parse::<DateTime<Utc>>().unwrap() > here.clock.now())
            })
            .await;
        }
        // Longer than the longest pause, and than a replica has a message in hand.
        here.later(105_000);
    }
    here.until("they are given up", async || here.is_settled(LEP).await && here.is_settled(PARTNER).await).await;
    assert!(elsewhere.got().is_empty());
    assert_eq!(leading.ids().len(), 1);
    let told = &here.deliveries(LEP).await[0];
    assert_eq!(told["status"], "GIVEN_UP", "{told}");
    assert_eq!(told["outcome"], "answered 307: redirects are not followed");
    assert!(told["dueAt"].is_null() && told["endedAt"].is_string(), "{told}");
    let told = &here.deliveries(PARTNER).await[0];
    assert_eq!((&told["status"], &told["attempts"]), (&json!("GIVEN_UP"), &json!(12)), "{told}");
    assert!(!told["outcome"].as_str().unwrap().contains("127.0.0.1"), "{told}");

    // Who says that it is gone is told no more of that.
    broken.behave(Manner::Answers(410));
    here.hand_in("202324T2").await;
    here.until("it is given up at once", async || {
        here.deliveries(HUB).await.last().is_some_and(|one| one["status"] == "GIVEN_UP" && one["attempts"] == 1)
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_says_nothing_keeps_nobody_else_waiting() {
    let here = Here::new(Engine::Sqlite).await;
    let (silent, quick) = (Receiver::new().await, Receiver::new().await);
    silent.behave(Manner::Silent);
    for _ in 0..6 {
        here.add(HUB, json!({"url": silent.url, "events": ["RELEASE_PUBLISHED"]})).await;
    }
    here.add(LEP, json!({"url": quick.url})).await;
    here.later(1);
    here.hand_in("202324T3").await;
    here.service.operator().publish(None).await.unwrap();
    here.until("others are told", async || quick.got().len() == 1).await;
    here.until("it is tried", async || silent.got().len() == 4).await;
    for _ in 0..5 {
        here.tick().await;
    }
    assert_eq!(silent.got().len(), 4, "so many at once to one organisation");
    here.until("it took too long", async || {
        here.deliveries(HUB).await.iter().any(|one| one["outcome"] == "took longer than 10 s")
    })
    .await;
}

#[tokio::test]
async fn a_webhook_leads_to_no_address_inside_when_it_is_added_and_when_it_is_told() {
    let here = Here::new(Engine::Sqlite).await;
    let receiver = Receiver::new().await;
    let strict = here.service.replica().await;
    let manager = here.manager(HUB);
    for inside in [
        &receiver.url,
        "http://localhost/",
        "http://127.0.0.1:9/",
        "http://partner.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a00:1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://user@1.1.1.1/",
        "https://user:word@1.1.1.1/",
        "ftp://1.1.1.1/",
        "file:///etc/passwd",
        "",
    ] {
        let told = change(&strict, &manager, "addWebhook", WEBHOOK, json!({"url": inside})).await;
        assert_eq!((&told["status"], &told["secret"]), (&json!("INVALID"), &Value::Null), "{inside}: {told}");
        let reason = told["message"].as_str().unwrap();
        assert!(reason.starts_with("expected an `https` address that everybody can reach"), "{reason}");
    }
    assert_eq!(strict.database.count("webhook").await, 0);

    // Where the address leads is looked at again whenever something is sent: here it was added while this machine was allowed.
    let known = here.add(HUB, json!({"url": receiver.url})).await;
    let told = change(&strict, &manager, "testWebhook", TEST, json!({"webhookId": known.id})).await;
    let (delivery, outcome) = (&told["delivery"], "the host is unknown, or has no public address");
    assert_eq!((&delivery["status"], &delivery["outcome"]), (&json!("GIVEN_UP"), &json!(outcome)), "{told}");
    assert!(receiver.got().is_empty());
}

#[tokio::test]
async fn a_webhook_is_tried_out_and_its_secret_replaced_with_two_that_sign_for_a_while() {
    let here = Here::new(Engine::Sqlite).await;
    let receiver = Receiver::new().await;
    let input = json!({"url": receiver.url, "idempotencyKey": "w"});
    let known = here.add(HUB, input.clone()).await;
    let again = change(&here.service, &here.manager(HUB), "addWebhook", WEBHOOK, input).await;
    assert_eq!((&again["webhook"]["webhookId"], &again["secret"]), (&json!(known.id), &Value::Null), "told once");
    let id = json!({"webhookId": known.id});
    let test = async || {
        here.later(6);
        let told = change(&here.service, &here.manager(HUB), "testWebhook", TEST, id.clone()).await;
        assert_eq!((&told["status"], &told["delivery"]["event"]), (&json!("DONE"), &json!("webhook.test")), "{told}");
        (told["delivery"].clone(), receiver.got().last().unwrap().clone())
    };
    let (delivery, message) = test().await;
    assert_eq!((&delivery["status"], &delivery["outcome"]), (&json!("DELIVERED"), &json!("answered 204")));
    assert_eq!(delivery["payload"].as_str().unwrap(), message.says().to_string(), "what is signed is what is shown");
    assert!(message.is_signed_with(&known.secret) && message.says()["type"] == "webhook.test");
    here.later(6);
    let before = receiver.got().len();
    let many = (0..20).map(|_| async {
        change(&here.service, &here.manager(HUB), "testWebhook", TEST, id.clone()).await["status"].clone()
    });
    let many = futures_util::future::join_all(many).await;
    assert_eq!(many.iter().filter(|status| **status == "DONE").count(), 1, "{many:?}");
    assert!(many.iter().all(|status| *status == "DONE" || *status == "CONFLICT"), "{many:?}");
    assert_eq!(receiver.got().len(), before + 1, "one of many at once");

    let rotate = async |hours: i64| {
        let input = json!({"webhookId": known.id, "overlapHours": hours});
        change(&here.service, &here.manager(HUB), "rotateWebhookSecret", WEBHOOK, input).await
    };
    let rotated = rotate(1).await;
    let second = rotated["secret"].as_str().unwrap().to_owned();
    assert!(rotated["webhook"]["secretBeforeUntil"].is_string(), "{rotated}");
    assert_eq!(rotate(1).await["status"], "CONFLICT", "two sign already");
    let (_, message) = test().await;
    assert!(message.is_signed_with(&known.secret) && message.is_signed_with(&second) && message.signatures() == 2);
    here.later(3_600);
    let (_, message) = test().await;
    assert!(!message.is_signed_with(&known.secret) && message.is_signed_with(&second) && message.signatures() == 1);
    let leaked = rotate(1).await["secret"].as_str().unwrap().to_owned();
    let last = rotate(0).await["secret"].as_str().unwrap().to_owned();
    let (_, message) = test().await;
    assert!(message.is_signed_with(&last) && !message.is_signed_with(&leaked) && message.signatures() == 1);

    receiver.behave(Manner::Answers(500));
    let (delivery, _) = test().await;
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("GIVEN_UP"), &json!(1)), "{delivery}");
    let kept = "SELECT COALESCE(key, '') || COALESCE(report, '') || COALESCE(receipt, '') || COALESCE(subject, '') FROM requested_change";
    assert!(!here.service.database.texts(kept).await.concat().contains("whsec_"));

    let removed = change(&here.service, &here.manager(HUB), "removeWebhook", "status message", id.clone()).await;
    assert_eq!(removed["status"], "DONE", "{removed}");
    assert_eq!(here.service.database.count("webhook").await + here.service.database.count("webhook_delivery").await, 0);
    let gone = change(&here.service, &here.manager(HUB), "testWebhook", TEST, id).await;
    assert_eq!(gone["status"], "NOT_FOUND", "{gone}");
}

#[tokio::test]
async fn another_organisations_webhook_is_neither_seen_nor_changed_nor_named() {
    let here = Here::new(Engine::Sqlite).await;
    let receiver = Receiver::new().await;
    let known = here.add(HUB, json!({"url": receiver.url})).await;
    let (lep, absent) = (here.manager(LEP), "0".repeat(32));
    for (name, selection) in [
        ("rotateWebhookSecret", "status message"),
        ("resendWebhookMessages", "status message"),
        ("removeWebhook", "status message"),
        ("testWebhook", "status message"),
    ] {
        let theirs = change(&here.service, &lep, name, selection, json!({"webhookId": known.id})).await;
        let none = change(&here.service, &lep, name, selection, json!({"webhookId": absent})).await;
        assert_eq!(theirs["status"], "NOT_FOUND", "{name}: {theirs}");
        assert_eq!(theirs.to_string().replace(&known.id, &absent), none.to_string(), "{name}");
        let reads = here.service.token(HUB);
        assert_eq!(refused(&here.service, &reads, name, selection, json!({"webhookId": known.id})).await, "FORBIDDEN");
    }
    let reads = here.service.token(HUB);
    assert_eq!(refused(&here.service, &reads, "addWebhook", "status", json!({"url": receiver.url})).await, "FORBIDDEN");
    let listed = "{ viewer { webhooks { webhookId url } } }";
    for (token, expected) in [(&lep, json!([])), (&reads, json!([]))] {
        assert_eq!(send(&here.service, token, listed, Value::Null).await.data()["viewer"]["webhooks"], expected);
    }
    let own = send(&here.service, &here.manager(HUB), listed, Value::Null).await.data();
    assert_eq!(own["viewer"]["webhooks"], json!([{"webhookId": known.id, "url": receiver.url}]));
    assert!(receiver.got().is_empty());
    // What an organisation that ended would be told is told nobody.
    let others = Receiver::new().await;
    here.add(LEP, json!({"url": others.url})).await;
    here.hand_in("202324T3").await;
    here.service.operator().end_organisation(HUB).await.unwrap();
    here.later(1);
    here.service.operator().publish(None).await.unwrap();
    here.until("others are told", async || !others.got().is_empty()).await;
    assert!(receiver.got().is_empty());
}
