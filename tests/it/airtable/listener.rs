//! An address that notifications are sent to.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// By when a notification must have come.
const PATIENCE: Duration = Duration::from_mins(1);

/// Takes notifications on a port of its own, and answers each with the same status.
pub(crate) struct Listener {
    pub(crate) url: String,
    heard: UnboundedReceiver<Heard>,
}

/// One notification.
pub(crate) struct Heard {
    /// The head of the request, in small letters.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Heard {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Listener {
    pub(crate) async fn answering(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/heard/here", listener.local_addr().unwrap());
        let (told, heard) = unbounded_channel();
        weighbridge::base::Tasks::default().start(async move {
            while let Ok((socket, _)) = listener.accept().await {
                if take(socket, status, &told).await.is_err() {
                    return;
                }
            }
        });
        Self { url, heard }
    }

    /// The next notification.
    pub(crate) async fn next(&mut self) -> Heard {
        timeout(PATIENCE, self.heard.recv()).await.unwrap().unwrap()
    }

    /// Whether everything that came was looked at.
    pub(crate) fn is_empty(&self) -> bool {
        self.heard.is_empty()
    }
}

/// Reads one request and answers it. Errs when nobody listens any more.
async fn take(
    mut socket: TcpStream,
    status: u16,
    told: &UnboundedSender<Heard>,
) -> Result<(), tokio::sync::mpsc::error::SendError<Heard>> {
    let mut read = Vec::new();
    let heard = loop {
        if let Some(heard) = whole(&read) {
            break heard;
        }
        if socket.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return Ok(());
        }
    };
    told.send(heard)?;
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    // Whoever has gone away needs no answer.
    drop(socket.write_all(answer.as_bytes()).await);
    Ok(())
}

/// The request, once all of it is there.
fn whole(read: &[u8]) -> Option<Heard> {
    let text = std::str::from_utf8(read).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let request = Heard {
        head: head.to_lowercase(),
        body: body.to_owned(),
    };
    let length: usize = request.header("content-length").parse().ok()?;
    (body.len() >= length).then_some(request)
}
