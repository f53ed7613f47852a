//! Messages are sent again when their organisation or the operator says so: those that were given up, and those that are named.

use rstest::rstest;
use serde_json::{Value, json};

use super::{Here, Known, TEST, said};
use crate::{
    changes::change,
    support::{Engine, HUB, LEP},
    webhooks::receiver::{Manner, Receiver},
};

const RESENT: &str = "status message resent";

impl Here {
    async fn resend(&self, organisation: &str, input: Value) -> Value {
        change(&self.service, &self.manager(organisation), "resendWebhookMessages", RESENT, input).await
    }

    /// Two releases that a webhook answered with 410, and so gave up.
    async fn with_two_given_up(&self, receiver: &Receiver) -> (Known, Vec<String>) {
        receiver.behave(Manner::Answers(410));
        let known = self.add(HUB, json!({"url": receiver.url, "events": ["RELEASE_PUBLISHED"]})).await;
        self.later(1);
        for term in ["202324T3", "202324T2"] {
            self.hand_in(term).await;
            self.service.operator().publish(None).await.unwrap();
        }
        self.until("both are given up", async || {
            let told = self.deliveries(HUB).await;
            told.len() == 2 && told.iter().all(|one| one["status"] == "GIVEN_UP")
        })
        .await;
        let told = self.deliveries(HUB).await;
        let ids = told.iter().map(|one| one["messageId"].as_str().unwrap().to_owned()).collect();
        (known, ids)
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn what_was_given_up_is_sent_again_under_its_identifier_and_with_all_its_tries(#[case] engine: Engine) {
    let here = Here::new(engine).await;
    let receiver = Receiver::new().await;
    let (known, ids) = here.with_two_given_up(&receiver).await;
    receiver.behave(Manner::Answers(500));
    let input = json!({"webhookId": known.id, "idempotencyKey": "again"});
    let resent = here.resend(HUB, input.clone()).await;
    assert_eq!((&resent["status"], &resent["resent"]), (&json!("DONE"), &json!(2)), "{resent}");
    assert!(here.deliveries(HUB).await.iter().all(|one| one["status"] == "DUE" && one["endedAt"].is_null()));
    assert_eq!(here.resend(HUB, input).await, resent, "once under its key");
    // Its pauses begin anew: after the first attempt that fails comes another within seconds.
    here.until("both are tried", async || {
        here.deliveries(HUB).await.iter().all(|one| one["attempts"] == 2 && one["outcome"] == "answered 500")
    })
    .await;
    receiver.behave(Manner::Answers(204));
    here.later(7);
    here.until("both are taken", async || here.is_settled(HUB).await).await;
    let told = here.deliveries(HUB).await;
    assert!(told.iter().all(|one| one["status"] == "DELIVERED" && one["attempts"] == 3), "{told:?}");
    assert_eq!((receiver.got().len(), receiver.ids().len()), (6, 2), "three times each, under one identifier");
    assert!(receiver.got().iter().all(|message| ids.contains(&message.id) && message.is_signed_with(&known.secret)));

    // Where nothing was given up, nothing is sent; what was taken is sent again where it is named.
    let nothing = here.resend(HUB, json!({"webhookId": known.id})).await;
    assert_eq!((&nothing["status"], &nothing["resent"]), (&json!("CONFLICT"), &Value::Null), "{nothing}");
    let named = here.resend(HUB, json!({"webhookId": known.id, "messageIds": [ids[0], ids[0]]})).await;
    assert_eq!((&named["status"], &named["resent"]), (&json!("DONE"), &json!(1)), "{named}");
    here.until("it is sent once more", async || receiver.got().len() == 7 && here.is_settled(HUB).await).await;
    assert_eq!(receiver.got()[6].id, ids[0]);
    assert_eq!(said(&receiver).len(), 7);

    // By command; each of the three is a row of the audit that says how many, and nothing else.
    here.service.operator().resend_deliveries(&known.id, &ids).await.unwrap();
    let recorded = "SELECT organisation || ':' || client || ':' || object || ':' || detail FROM audit_entry WHERE change = 'webhook.resent' ORDER BY number";
    let recorded = here.service.database.texts(recorded).await;
    let expected: Vec<String> = [("NE-HUB:", 2), ("NE-HUB:", 1), (":operator", 2)]
        .iter()
        .map(|(by, resent)| format!("{by}:{}:{resent} of NE-HUB", known.id))
        .collect();
    assert_eq!(recorded, expected);
}

#[tokio::test]
async fn messages_of_others_tests_and_what_is_unknown_are_sent_to_nobody() {
    let here = Here::new(Engine::Sqlite).await;
    let (receiver, other) = (Receiver::new().await, Receiver::new().await);
    let (known, ids) = here.with_two_given_up(&receiver).await;
    let of_lep = here.add(LEP, json!({"url": other.url})).await;
    let test = change(&here.service, &here.manager(LEP), "testWebhook", TEST, json!({"webhookId": of_lep.id})).await;
    let test = test["delivery"]["messageId"].as_str().unwrap();
    let (received, got) = (receiver.got().len(), other.got().len());
    for (organisation, webhook, message) in [
        (LEP, &of_lep.id, ids[0].as_str()),
        (LEP, &of_lep.id, test),
        (HUB, &known.id, test),
        (HUB, &known.id, "msg_x"),
        (HUB, &known.id, ""),
        (HUB, &known.id, "' OR 1=1 --"),
    ] {
        // A good one beside it is not sent either.
        let messages: Vec<&str> = if organisation == HUB { vec![&ids[1], message] } else { vec![message] };
        let told = here.resend(organisation, json!({"webhookId": webhook, "messageIds": messages})).await;
        assert_eq!((&told["status"], &told["resent"]), (&json!("NOT_FOUND"), &Value::Null), "{told}");
        assert!(told["message"].as_str().unwrap().contains(&format!("found `{message}`")), "{told}");
    }
    here.tick().await;
    assert!(here.deliveries(HUB).await.iter().all(|one| one["status"] == "GIVEN_UP"));
    assert_eq!((receiver.got().len(), other.got().len()), (received, got));
    assert_eq!(
        here.service.database.texts("SELECT object FROM audit_entry WHERE change = 'webhook.resent'").await.len(),
        0
    );
}
