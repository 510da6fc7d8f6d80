//! A proxy that makes the server be far away: every byte arrives later, in both directions, and so does
//! the handshake of a connection.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

/// Bytes and when they are due; none at the end.
type Parcel = (Instant, Vec<u8>);

/// Starts it before a server's port; returns its own. It lives as long as this program.
pub(crate) fn start(server: u16, round_trip: Duration) -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || {
                // The system has done the handshake already, in no time.
                thread::sleep(round_trip);
                let _ = connect(server, &client, round_trip / 2);
            });
        }
    });
    Ok(port)
}

fn connect(server: u16, client: &TcpStream, delay: Duration) -> std::io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", server))?;
    for (from, to) in [(client, &server), (&server, client)] {
        from.set_nodelay(true)?;
        let (sender, receiver) = channel();
        let (from, to) = (from.try_clone()?, to.try_clone()?);
        thread::spawn(move || take(from, &sender, delay));
        thread::spawn(move || deliver(&receiver, to));
    }
    Ok(())
}

fn take(mut from: TcpStream, parcels: &Sender<Parcel>, delay: Duration) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).unwrap_or_default();
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if parcels.send((Instant::now() + delay, bytes)).is_err() || length == 0 {
            return;
        }
    }
}

fn deliver(parcels: &Receiver<Parcel>, mut to: TcpStream) {
    for (due, bytes) in parcels {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if bytes.is_empty() || to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
