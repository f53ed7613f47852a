//! A network between a replica and PostgreSQL: it takes time, is cut, or loses its connections.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

/// A network. It lasts as long as the process of the tests.
pub(crate) struct Network {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    /// Where PostgreSQL listens.
    socket: Mutex<PathBuf>,
    /// How long each message takes, there or back.
    delay: Duration,
    cut: Mutex<bool>,
    mended: Condvar,
    open: Mutex<Vec<TcpStream>>,
}

impl Network {
    /// A network to the socket of a server, on which a message takes a time.
    pub(crate) fn to(socket: PathBuf, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            socket: Mutex::new(socket),
            delay,
            cut: Mutex::new(false),
            mended: Condvar::new(),
            open: Mutex::default(),
        });
        let own = state.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                own.connect(client.unwrap());
            }
        });
        Self { address, state }
    }

    /// The address of a database at the other end.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}?sslmode=disable", self.address)
    }

    /// Leads to another server from now on.
    pub(crate) fn lead_to(&self, socket: PathBuf) {
        *self.state.socket.lock().unwrap() = socket;
        self.reset();
    }

    /// Lets nothing through. Nobody is told.
    pub(crate) fn cut(&self) {
        *self.state.cut.lock().unwrap() = true;
    }

    /// Lets everything through again.
    pub(crate) fn mend(&self) {
        *self.state.cut.lock().unwrap() = false;
        self.state.mended.notify_all();
    }

    /// Ends every connection.
    pub(crate) fn reset(&self) {
        for connection in self.state.open.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl State {
    fn connect(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = UnixStream::connect(&*self.socket.lock().unwrap()) else { return };
        client.set_nodelay(true).unwrap();
        self.open.lock().unwrap().push(client.try_clone().unwrap());
        let (from_client, from_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let (there, back) = (self.clone(), self.clone());
        thread::spawn(move || {
            there.carry(from_client, &server);
            let _ = server.shutdown(Shutdown::Both);
        });
        thread::spawn(move || {
            back.carry(from_server, &client);
            let _ = client.shutdown(Shutdown::Both);
        });
    }

    fn carry(&self, mut from: impl Read, mut to: impl Write) {
        let mut bytes = [0; 16 << 10];
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            if !self.delay.is_zero() {
                thread::sleep(self.delay);
            }
            drop(self.mended.wait_while(self.cut.lock().unwrap(), |cut| *cut).unwrap());
            if to.write_all(&bytes[..length]).is_err() {
                return;
            }
        }
    }
}
