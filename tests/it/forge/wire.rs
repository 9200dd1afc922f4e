//! The clients over a socket.

use std::cell::RefCell;
use std::thread;
use std::time::Duration;

use isms_cost::forge::{
    Clock, Done, Forge, ForgeError, GitHub, GitLab, Https, Order, Post, Token, upsert,
};

use super::post;
use super::server::{SHA, Server, TOKEN};

/// The time of a test: waits are noted, and a thousand times shorter.
#[derive(Default)]
struct Fast {
    waits: RefCell<Vec<u64>>,
}

const NOW: u64 = 1_800_000_000;

impl Clock for Fast {
    fn now(&self) -> u64 {
        NOW
    }
    fn sleep(&self, time: Duration) {
        self.waits.borrow_mut().push(time.as_secs());
        thread::sleep(time / 1000);
    }
}

const MOST: Duration = Duration::from_secs(300);

/// One run at GitHub; the answer and the seconds that it waited, without those after its own writes.
fn run_with(
    server: &Server,
    post: &Post,
    token: &str,
    most: Duration,
) -> (Result<Done, ForgeError>, Vec<u64>) {
    let (https, clock) = (Https::new(None).expect("a client"), Fast::default());
    let token = Token::new(token).expect("a token");
    let forge = GitHub::new(&https, &clock, &server.address, token, "o/r", 3).expect("a forge");
    let done = upsert(&forge, post, &clock, most);
    (done, clock.waits.into_inner())
}

fn run(server: &Server, post: &Post) -> (Result<Done, ForgeError>, Vec<u64>) {
    run_with(server, post, TOKEN, MOST)
}

#[test]
fn creates_updates_and_leaves_alone() {
    let server = Server::start();
    assert_eq!(run(&server, &post(1, "first")).0, Ok(Done::Created));
    assert_eq!(run(&server, &post(2, "first")).0, Ok(Done::Unchanged));
    let writes = |method: &str| server.state().count(method);
    assert_eq!([writes("POST"), writes("PATCH")], [1, 0]);
    assert_eq!(run(&server, &post(3, "second")).0, Ok(Done::Updated));
    assert_eq!(run(&server, &post(2, "late")).0, Ok(Done::Newer));
    assert_eq!(server.state().bodies(), [post(3, "second").body()]);
    let other = Post {
        marker: isms_cost::forge::Marker {
            key: "other".to_owned(),
            order: Order::Run(3, 1),
        },
        ..post(3, "beside")
    };
    assert_eq!(run(&server, &other).0, Ok(Done::Created));
    assert_eq!(server.state().comments.len(), 2);
}

#[test]
fn looks_through_all_pages() {
    let server = Server::start();
    for n in 0..7 {
        server.state().add(&format!("remark {n}"));
    }
    server.state().add(&post(1, "old").body());
    for n in 0..4 {
        server.state().add(&format!("later {n}"));
    }
    server.state().page = 3;
    assert_eq!(run(&server, &post(2, "new")).0, Ok(Done::Updated));
    let state = server.state();
    assert_eq!((state.comments.len(), state.count("POST")), (12, 0));
    assert!(
        state.log.iter().any(|l| l.ends_with("page=4")),
        "{:?}",
        state.log
    );
}

#[test]
fn waits_as_long_as_the_forge_says() {
    let server = Server::start();
    let reset = (NOW + 40).to_string();
    server.fault(
        "GET",
        403,
        &[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", &reset),
        ],
        false,
    );
    server.fault("GET", 429, &[("retry-after", "7")], false);
    server.fault("GET", 502, &[], false);
    server.fault("POST", 403, &[("retry-after", "3")], false);
    let (done, waits) = run(&server, &post(1, "text"));
    assert_eq!(done, Ok(Done::Created));
    // Until the reset and a second; as asked; then the third failure in a row: 4; as asked; and 2 after the write.
    assert_eq!(waits, [41, 7, 4, 3, 2]);
    assert_eq!(server.state().comments.len(), 1);
}

#[test]
fn gives_up_in_time() {
    let server = Server::start();
    server.fault(
        "GET",
        403,
        &[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", &(NOW + 3600).to_string()),
        ],
        false,
    );
    let (done, waits) = run(&server, &post(1, "text"));
    let message = done.expect_err("too long").to_string();
    assert!(
        message.contains("the wait of 3601 s is longer than what is left of 300 s"),
        "{message}"
    );
    assert!(waits.is_empty());
    for _ in 0..6 {
        server.fault("GET", 503, &[], false);
    }
    let (done, waits) = run(&server, &post(1, "text"));
    let message = done.expect_err("always down").to_string();
    assert!(
        message.ends_with("503: status 503; given up after 6 tries"),
        "{message}"
    );
    assert_eq!(waits, [1, 2, 4, 8, 16]);
    // Nobody there at all: the port is closed.
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    let (https, clock) = (Https::new(None).expect("a client"), Fast::default());
    let token = Token::new(TOKEN).expect("a token");
    let address = format!("http://{nobody}");
    let forge = GitHub::new(&https, &clock, &address, token, "o/r", 3).expect("a forge");
    let message = upsert(&forge, &post(1, "text"), &clock, MOST)
        .expect_err("nobody")
        .to_string();
    assert!(
        message.contains("given up after 6 tries") && !message.contains(TOKEN),
        "{message}"
    );
}

#[test]
fn a_lost_answer_makes_no_second_comment() {
    let server = Server::start();
    server.fault("POST", 502, &[], true);
    assert_eq!(run(&server, &post(1, "text")).0, Ok(Done::Unchanged));
    assert_eq!(server.state().bodies(), [post(1, "text").body()]);
    server.fault("PATCH", 504, &[], true);
    assert_eq!(run(&server, &post(2, "more")).0, Ok(Done::Unchanged));
    server.fault("PATCH", 500, &[], false);
    assert_eq!(run(&server, &post(3, "most")).0, Ok(Done::Updated));
    assert_eq!(server.state().bodies(), [post(3, "most").body()]);
}

#[test]
fn a_wrong_token_is_said_and_never_shown() {
    let server = Server::start();
    let wrong = "ghp_wrongSecretOfSomebody";
    let (done, waits) = run_with(&server, &post(1, "text"), wrong, MOST);
    let message = done.expect_err("refused").to_string();
    assert!(
        message.ends_with("401: Bad credentials; the token is wrong or has expired"),
        "{message}"
    );
    assert!(waits.is_empty() && !message.contains(wrong));
    // A fork's token may only read, and a server that sends the token back.
    server.fault("POST", 403, &[], false);
    server.state().faults[0].body =
        format!("{{\"message\": \"Resource not accessible by {TOKEN}\"}}");
    let message = run(&server, &post(1, "text"))
        .0
        .expect_err("refused")
        .to_string();
    assert!(
        message.contains("not accessible by ***; the token needs pull-requests: write"),
        "{message}"
    );
    assert_eq!(format!("{:?}", Token::new(TOKEN)), "Some(Token(***))");
    let https = Https::new(None).expect("a client");
    let clock = Fast::default();
    for address in [
        "http://forge.example",
        "http://127.0.0.1.evil.example",
        "http://localhostile",
    ] {
        let token = Token::new(TOKEN).expect("a token");
        assert!(
            GitHub::new(&https, &clock, address, token, "o/r", 3).is_err(),
            "{address}"
        );
    }
}

#[test]
fn only_trusted_comments_are_ours() {
    let server = Server::start();
    let forged = server.state().add(&post(999, "all is well").body());
    {
        let mut state = server.state();
        let comment = state.comments.get_mut(&forged).expect("a comment");
        (comment.bot, comment.association) = (false, "CONTRIBUTOR");
    }
    assert_eq!(run(&server, &post(1, "text")).0, Ok(Done::Created));
    assert_eq!(server.state().comments.len(), 2);
    // A person's token writes as that person, a member.
    let mut state = server.state();
    let own = state.comments.get_mut(&(forged + 1)).expect("a comment");
    (own.bot, own.association) = (false, "MEMBER");
    drop(state);
    assert_eq!(run(&server, &post(2, "more")).0, Ok(Done::Updated));
}

#[test]
fn a_run_of_an_older_commit_says_nothing() {
    let server = Server::start();
    let old = Post {
        commit: Some("0000".to_owned()),
        ..post(9, "of an older commit")
    };
    assert_eq!(run(&server, &old).0, Ok(Done::Outdated));
    assert!(server.state().comments.is_empty());
    let new = Post {
        commit: Some(SHA.to_owned()),
        ..post(9, "of the newest")
    };
    assert_eq!(run(&server, &new).0, Ok(Done::Created));
    assert_eq!(run(&server, &old).0, Ok(Done::Outdated));
}

#[test]
fn somebody_removes_the_comment_meanwhile() {
    let server = Server::start();
    server.state().add(&post(1, "old").body());
    // Between the look and the update: the update finds nothing, and the next look creates.
    server.state().remove_at = Some("PATCH");
    assert_eq!(run(&server, &post(2, "new")).0, Ok(Done::Created));
    assert_eq!(server.state().bodies(), [post(2, "new").body()]);
}

/// Two runs at once, many times, either of them first.
#[test]
fn two_runs_at_once_end_in_one_comment_and_the_newer_wins() {
    for round in 0..12u64 {
        let server = Server::start();
        server.state().latency = round % 4;
        if round % 3 == 0 {
            server.state().add(&post(1, "before").body());
        }
        thread::scope(|scope| {
            let starts = [(5, round % 2), (6, (round + 1) % 2)];
            for (number, delay) in starts {
                let server = &server;
                scope.spawn(move || {
                    thread::sleep(Duration::from_millis(delay));
                    let (https, clock) = (Https::new(None).expect("a client"), Slow);
                    let token = Token::new(TOKEN).expect("a token");
                    let forge = GitHub::new(&https, &clock, &server.address, token, "o/r", 3)
                        .expect("a forge");
                    upsert(
                        &forge,
                        &post(number, &format!("text {number}")),
                        &clock,
                        MOST,
                    )
                    .expect("done");
                });
            }
        });
        assert_eq!(
            server.state().bodies(),
            [post(6, "text 6").body()],
            "round {round}"
        );
    }
}

/// Waits twenty times shorter: two seconds are still longer than any request here.
struct Slow;

impl Clock for Slow {
    fn now(&self) -> u64 {
        NOW
    }
    fn sleep(&self, time: Duration) {
        thread::sleep(time / 20);
    }
}

#[test]
fn gitlab_is_the_same() {
    let server = Server::start();
    let https = Https::new(None).expect("a client");
    let clock = Fast::default();
    let forge = |token: &str| {
        let token = Token::new(token).expect("a token");
        GitLab::new(&https, &clock, &server.address, token, "7", 3).expect("a forge")
    };
    let run = |post: &Post| upsert(&forge(TOKEN), post, &clock, MOST);
    for n in 0..5 {
        server.state().add(&format!("remark {n}"));
    }
    let forged = server.state().add(&post(99, "all is well").body());
    server
        .state()
        .comments
        .get_mut(&forged)
        .expect("a note")
        .author = 2;
    server.state().page = 2;
    assert_eq!(run(&post(1, "first")), Ok(Done::Created));
    assert_eq!(run(&post(2, "first")), Ok(Done::Unchanged));
    server.fault(
        "GET",
        429,
        &[
            ("ratelimit-remaining", "0"),
            ("ratelimit-reset", &(NOW + 9).to_string()),
        ],
        false,
    );
    assert_eq!(run(&post(2, "second")), Ok(Done::Updated));
    assert!(
        clock.waits.borrow().contains(&10),
        "{:?}",
        clock.waits.borrow()
    );
    assert_eq!(run(&post(1, "late")), Ok(Done::Newer));
    server.state().add(&post(1, "twice").body());
    assert_eq!(run(&post(2, "second")), Ok(Done::Unchanged));
    let mine: Vec<String> = server
        .state()
        .bodies()
        .into_iter()
        .filter(|b| b.contains("run=2.1"))
        .collect();
    assert_eq!((mine.len(), server.state().comments.len()), (1, 7));
    let outdated = Post {
        commit: Some("0000".to_owned()),
        ..post(9, "old")
    };
    assert_eq!(run(&outdated), Ok(Done::Outdated));
    let message = forge("wrong").comments().expect_err("refused").to_string();
    assert!(
        message.contains("401") && !message.contains("wrong\""),
        "{message}"
    );
}
