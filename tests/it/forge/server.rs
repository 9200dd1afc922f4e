//! A forge for one pull request in memory, which answers as GitHub and GitLab do.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

pub(super) const TOKEN: &str = "ghs_ThisIsTheSecretToken";
pub(super) const SHA: &str = "1111111111111111111111111111111111111111";

/// One comment as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) body: String,
    pub(super) bot: bool,
    pub(super) association: &'static str,
    pub(super) author: u64,
}

/// An answer given once in place of the real one, to requests of a method.
pub(super) struct Fault {
    pub(super) method: &'static str,
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    /// Whether the request is carried out all the same, as behind a proxy that loses the answer.
    pub(super) done: bool,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) comments: BTreeMap<u64, Stored>,
    pub(super) log: Vec<String>,
    pub(super) faults: VecDeque<Fault>,
    pub(super) head: String,
    pub(super) page: usize,
    pub(super) latency: u64,
    /// Somebody removes all comments right before the next request of this method.
    pub(super) remove_at: Option<&'static str>,
    next: u64,
}

impl State {
    pub(super) fn add(&mut self, body: &str) -> u64 {
        let stored = Stored {
            body: body.to_owned(),
            bot: true,
            association: "NONE",
            author: 1,
        };
        self.next += 1;
        self.comments.insert(self.next, stored);
        self.next
    }

    pub(super) fn bodies(&self) -> Vec<String> {
        self.comments.values().map(|c| c.body.clone()).collect()
    }

    pub(super) fn count(&self, method: &str) -> usize {
        self.log.iter().filter(|l| l.starts_with(method)).count()
    }
}

pub(super) struct Server {
    state: Arc<Mutex<State>>,
    pub(super) address: String,
}

impl Server {
    pub(super) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State {
            head: SHA.to_owned(),
            page: 100,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Server { state, address }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panicked")
    }

    pub(super) fn fault(
        &self,
        method: &'static str,
        status: u16,
        headers: &[(&'static str, &str)],
        done: bool,
    ) {
        let headers = headers.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        let body = format!("{{\"message\": \"status {status}\"}}");
        self.state().faults.push_back(Fault {
            method,
            status,
            headers,
            body,
            done,
        });
    }
}

type Answer = (u16, Vec<(&'static str, String)>, String);

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let length = headers
        .get("content-length")
        .and_then(|l| l.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    let mut words = first.split_whitespace();
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let latency = state.lock().expect("no thread panicked").latency;
    thread::sleep(Duration::from_millis(latency));
    let (status, extra, text) = answer(
        method,
        target,
        &headers,
        &body,
        &mut state.lock().expect("no thread panicked"),
    );
    thread::sleep(Duration::from_millis(latency));
    let mut out = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n",
        text.len()
    );
    for (name, value) in extra {
        out += &format!("{name}: {value}\r\n");
    }
    let mut stream = reader.into_inner();
    let _ = stream.write_all(format!("{out}\r\n{text}").as_bytes());
}

fn answer(
    method: &str,
    target: &str,
    headers: &BTreeMap<String, String>,
    body: &Value,
    state: &mut State,
) -> Answer {
    state.log.push(format!("{method} {target}"));
    let bearer =
        headers.get("authorization").map(String::as_str) == Some(&format!("Bearer {TOKEN}"));
    let private = headers.get("private-token").map(String::as_str) == Some(TOKEN);
    if !bearer && !private {
        return (
            401,
            vec![],
            json!({ "message": "Bad credentials" }).to_string(),
        );
    }
    let fault = state.faults.iter().position(|f| f.method == method);
    if let Some(fault) = fault.and_then(|at| state.faults.remove(at)) {
        if fault.done {
            let _ = route(method, target, body, state, private);
        }
        return (fault.status, fault.headers, fault.body);
    }
    if state.remove_at == Some(method) {
        state.remove_at = None;
        state.comments.clear();
    }
    route(method, target, body, state, private)
}

fn route(method: &str, target: &str, body: &Value, state: &mut State, gitlab: bool) -> Answer {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let number = |name: &str| {
        let found = query
            .split('&')
            .find_map(|p| p.strip_prefix(name)?.strip_prefix('='));
        found.and_then(|v| v.parse::<usize>().ok())
    };
    let (list, one, pull) = match gitlab {
        true => (
            "/projects/7/merge_requests/3/notes",
            "/projects/7/merge_requests/3/notes/",
            "/projects/7/merge_requests/3",
        ),
        false => (
            "/repos/o/r/issues/3/comments",
            "/repos/o/r/issues/comments/",
            "/repos/o/r/pulls/3",
        ),
    };
    let gone = || (404, vec![], json!({ "message": "Not Found" }).to_string());
    let text = body["body"].as_str().unwrap_or_default().to_owned();
    if text.chars().count() > 65_536 {
        return (
            422,
            vec![],
            json!({ "message": "body is too long (maximum is 65536 characters)" }).to_string(),
        );
    }
    if path == pull && method == "GET" {
        return (
            200,
            vec![],
            json!({ "head": { "sha": state.head }, "sha": state.head }).to_string(),
        );
    }
    if path == "/user" && gitlab {
        return (200, vec![], json!({ "id": 1 }).to_string());
    }
    if path == list && method == "GET" {
        let (page, size) = (
            number("page").unwrap_or(1),
            state.page.min(number("per_page").unwrap_or(30)),
        );
        let all: Vec<Value> = state.comments.iter().map(|(id, c)| show(*id, c)).collect();
        let part: Vec<Value> = all
            .iter()
            .skip((page - 1) * size)
            .take(size)
            .cloned()
            .collect();
        let more = page * size < all.len();
        let next = format!("<{path}?page={}>; rel=\"next\"", page + 1);
        let headers = match (gitlab, more) {
            (true, true) => vec![("x-next-page", (page + 1).to_string())],
            (true, false) => vec![("x-next-page", String::new())],
            (false, true) => vec![("link", next)],
            (false, false) => vec![("link", "<x>; rel=\"first\"".to_owned())],
        };
        return (200, headers, Value::Array(part).to_string());
    }
    if path == list && method == "POST" {
        let id = state.add(&text);
        return (201, vec![], json!({ "id": id }).to_string());
    }
    let Some(id) = path.strip_prefix(one).and_then(|id| id.parse::<u64>().ok()) else {
        return gone();
    };
    let edit = if gitlab { "PUT" } else { "PATCH" };
    match (method, state.comments.get_mut(&id)) {
        (_, None) => gone(),
        ("DELETE", Some(_)) => {
            state.comments.remove(&id);
            (204, vec![], String::new())
        }
        (method, Some(comment)) if method == edit => {
            comment.body = text;
            (200, vec![], json!({ "id": id }).to_string())
        }
        _ => gone(),
    }
}

fn show(id: u64, c: &Stored) -> Value {
    json!({
        "id": id, "body": c.body, "author_association": c.association,
        "user": { "type": if c.bot { "Bot" } else { "User" } }, "author": { "id": c.author },
    })
}
