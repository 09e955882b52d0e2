//! Somebody who wants to be told, and does as the test says.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use weighbridge::base::Tasks;

/// By when something must have come.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a delivery is answered.
#[derive(Clone, Copy)]
pub(super) enum Reply {
    /// With this status, and a body that repeats the address.
    Status(u16),
    /// With this status and a wait that is asked for.
    Wait(u16, u32),
    /// Not at all.
    Cut,
    /// With 200, once the test lets it.
    Held,
}

/// A delivery as it came.
pub(super) struct Came {
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) bytes: Vec<u8>,
}

impl Came {
    pub(super) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(super) fn id(&self) -> String {
        self.body()["id"].as_str().unwrap().to_owned()
    }
}

/// Listens on this machine, where the appliance takes the sandbox to be.
pub(super) struct Far {
    pub(super) url: String,
    orders: Arc<Orders>,
    came: UnboundedReceiver<Came>,
    _tasks: Tasks,
}

/// What the test has said.
struct Orders {
    next: Mutex<VecDeque<Reply>>,
    /// Statuses of the records with these keys, whatever is said of the next.
    of: Mutex<BTreeMap<String, u16>>,
    held: Semaphore,
}

impl Far {
    pub(super) async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, came) = unbounded_channel();
        let orders = Arc::new(Orders {
            next: Mutex::default(),
            of: Mutex::default(),
            held: Semaphore::new(0),
        });
        let (tasks, said) = (Tasks::default(), Arc::clone(&orders));
        tasks.start(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One that goes away in the middle is none of ours.
                answer(stream, &said, &tell).await.ok();
            }
        });
        Self {
            url,
            orders,
            came,
            _tasks: tasks,
        }
    }

    /// How the next deliveries are answered; those after them with 200.
    pub(super) fn reply(&self, with: &[Reply]) {
        self.orders.next.lock().unwrap().extend(with);
    }

    /// How deliveries of the records with these keys are answered from now on.
    pub(super) fn refuse(&self, keys: &[&str], status: u16) {
        let keys = keys.iter().map(|key| ((*key).to_owned(), status));
        self.orders.of.lock().unwrap().extend(keys);
    }

    /// Takes what it refused.
    pub(super) fn take(&self) {
        self.orders.of.lock().unwrap().clear();
    }

    /// Answers one that is held.
    pub(super) fn release(&self) {
        self.orders.held.add_permits(1);
    }

    /// The next delivery.
    pub(super) async fn next(&mut self) -> Came {
        let came = timeout(PATIENCE, self.came.recv()).await;
        came.expect("nothing came").unwrap()
    }

    /// What has come and was not looked at.
    pub(super) fn rest(&mut self) -> usize {
        let mut rest = 0;
        while self.came.try_recv().is_ok() {
            rest += 1;
        }
        rest
    }
}

async fn answer(
    mut stream: TcpStream,
    orders: &Orders,
    tell: &UnboundedSender<Came>,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<String, String> = headers
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers["content-length"].parse().unwrap();
    while bytes.len() < head + 4 + length {
        stream.read_buf(&mut bytes).await?;
    }
    let body = bytes[head + 4..].to_vec();
    let key: Value = serde_json::from_slice(&body).unwrap();
    let key = key["key"].as_str().unwrap();
    let of = orders.of.lock().unwrap().get(key).copied();
    let next = || orders.next.lock().unwrap().pop_front();
    let reply = of.map(Reply::Status).or_else(next);
    let told = format!("{{\"status\":\"error\",\"message\":\"POST {path} failed\"}}");
    tell.send(Came {
        path,
        headers,
        bytes: body,
    })
    .ok();
    let (status, wait) = match reply.unwrap_or(Reply::Status(200)) {
        Reply::Cut => return Ok(()),
        Reply::Held => {
            let released = orders.held.acquire().await;
            released.unwrap().forget();
            (200, String::new())
        }
        Reply::Status(status) => (status, String::new()),
        Reply::Wait(status, seconds) => (status, format!("retry-after: {seconds}\r\n")),
    };
    let answer = format!(
        "HTTP/1.1 {status} Told\r\n{wait}connection: close\r\ncontent-length: {}\r\n\r\n{told}",
        told.len()
    );
    stream.write_all(answer.as_bytes()).await
}
