//! A local server that speaks the JSON protocol of AWS's services: `POST /` with the operation in `x-amz-target`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What the server answers.
pub(crate) enum Answer {
    /// Status 200.
    Json(Value),
    /// A file, in answer to a `GET`.
    Text(String),
    /// An error of the service: status, code.
    Error(u16, &'static str),
    /// A body that ends too soon.
    Truncated,
    /// Nothing, for as long as the client waits.
    Stall,
}

/// A request: the operation and its JSON.
pub(crate) type Asked = (String, Value);

/// A running server and what it was asked.
pub(crate) struct Stub {
    pub(crate) url: String,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Serves answers made from the number of the request (from 0), the operation and its JSON.
    pub(crate) fn start(
        answer: impl Fn(usize, &str, &Value) -> Answer + Send + Sync + 'static,
    ) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (record, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (record, answer) = (Arc::clone(&record), Arc::clone(&answer));
                std::thread::spawn(move || while serve(&stream, &record, &*answer).is_some() {});
            }
        });
        Stub { url, asked }
    }

    /// The operations in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.asked
            .lock()
            .expect("a list")
            .iter()
            .map(|(operation, _)| operation.clone())
            .collect()
    }
}

fn serve(
    stream: &TcpStream,
    record: &Mutex<Vec<Asked>>,
    answer: &dyn Fn(usize, &str, &Value) -> Answer,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut target, mut length, mut line) = (String::new(), 0usize, String::new());
    reader.read_line(&mut line).ok()?;
    if line.starts_with("GET ") {
        target = "GET".to_owned();
    }
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let header = line.trim_end();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(": ").unwrap_or((header, ""));
        match name.to_ascii_lowercase().as_str() {
            "x-amz-target" => target = value.rsplit('.').next().unwrap_or_default().to_owned(),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let json: Value = match body.as_slice() {
        [] => Value::Null,
        body => serde_json::from_slice(body).ok()?,
    };
    let count = {
        let mut record = record.lock().ok()?;
        record.push((target.clone(), json.clone()));
        record.len() - 1
    };
    let mut stream = stream;
    let mut send = |status: u16, extra: &str, length: usize, body: &str| {
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.1\r\n{extra}Content-Length: {length}\r\n\r\n"
        );
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .and_then(|()| stream.flush())
            .ok()
    };
    match answer(count, &target, &json) {
        Answer::Json(value) => {
            let body = value.to_string();
            send(200, "", body.len(), &body)
        }
        Answer::Text(text) => send(200, "", text.len(), &text),
        Answer::Error(status, code) => {
            let body = format!(r#"{{"__type": "{code}", "message": "said by the stub"}}"#);
            send(
                status,
                &format!("x-amzn-errortype: {code}\r\n"),
                body.len(),
                &body,
            )
        }
        Answer::Truncated => {
            send(200, "", 1000, r#"{"PriceList": ["#);
            None
        }
        Answer::Stall => {
            std::thread::sleep(std::time::Duration::from_secs(3600));
            None
        }
    }
}

/// The program with credentials that only the stub takes, and nothing of the machine's own set-up.
pub(crate) fn program(stub: &Stub, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isms-cost"));
    command
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("AWS_ACCESS_KEY_ID", "stub")
        .env("AWS_SECRET_ACCESS_KEY", "stub")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_ENDPOINT_URL_PRICING", &stub.url)
        .env("AWS_ENDPOINT_URL_COST_EXPLORER", &stub.url)
        .env("NO_PROXY", "127.0.0.1");
    command
}
