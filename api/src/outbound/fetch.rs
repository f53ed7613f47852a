//! One request, one answer: no redirect is followed, no more is read than a small document takes, and the time is short.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response,
    body::Incoming,
    client::conn::http1,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT},
    rt::{Read, Write},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpStream, lookup_host},
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore, crypto,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use super::{HttpAddress, address::is_public};

/// The longest that a document may take, from looking its host up to its last byte.
const TIME: Duration = Duration::from_secs(5);

/// The longest that is waited for what stands below the status of an answer that nobody reads.
const LEAVE: Duration = Duration::from_secs(1);

/// The longest that a message may take, from looking its host up to the status of the answer.
const MESSAGE_TIME: Duration = Duration::from_secs(10);

/// The largest document, bytes.
const LARGEST: usize = 256 << 10;

/// The most that the head of an answer may take, bytes.
const LARGEST_HEAD: usize = 32 << 10;

/// Where a service that is asked or told something may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere: an operator named the service.
    Named,
    /// At a public address alone: the service was named by another one, which may not send us around in a network inside.
    Public,
    /// At a public address, or on this machine.
    PublicOrThisMachine,
}

impl Reach {
    fn holds(self, address: &HttpAddress, found: IpAddr) -> bool {
        let here = found.to_canonical().is_loopback();
        match self {
            // Plain HTTP does not leave this machine, whatever `localhost` is taken for.
            _ if !address.is_encrypted() => self != Self::Public && here,
            Self::Named => true,
            Self::Public => is_public(found),
            Self::PublicOrThisMachine => here || is_public(found),
        }
    }
}

/// Why a document was not fetched, or a message not sent. The texts hold nothing that was sent.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The host is unknown, or has no address that may be asked.
    #[error("the host of `{0}` has no address that may be asked")]
    NoAddress(String),
    /// Nobody answers there.
    #[error("nobody answers at `{0}`: {1}")]
    Unreachable(String, #[source] io::Error),
    /// What answers does not speak HTTP, or stopped.
    #[error("the answer of `{0}` broke off: {1}")]
    Broken(String, #[source] hyper::Error),
    /// Another status than 200.
    #[error("`{0}` answered with the status {1}; redirects are not followed")]
    Status(String, u16),
    /// It is too large, or stopped half way.
    #[error("the document at `{0}` is larger than {LARGEST} bytes, or broke off")]
    TooLarge(String),
    /// It took too long.
    #[error("`{0}` took longer than {seconds} s", seconds = .1.as_secs())]
    TooSlow(String, Duration),
    /// Certificates that cannot be read.
    #[error("expected certificates in PEM: {0}")]
    Certificates(String),
}

/// Fetches documents. Cheap to clone.
#[derive(Clone)]
pub struct Fetch {
    tls: TlsConnector,
}

/// The task that moves bytes of a connection: it ends with the request.
struct Moving(JoinHandle<()>);

impl Drop for Moving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Fetch {
    /// Trusts the public authorities, and those of `more`, certificates in PEM.
    ///
    /// # Errors
    /// When `more` is given and holds none that can be read.
    pub fn new(more: Option<&[u8]>) -> Result<Self, FetchError> {
        let wrong = |reason: String| FetchError::Certificates(reason);
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(more) = more {
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(more) {
                let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
            if roots.len() == before {
                return Err(wrong("found none".to_owned()));
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)) })
    }

    /// The document at an address.
    ///
    /// # Errors
    /// [`FetchError`] when it is not to be had within the bounds.
    pub async fn get(&self, address: &HttpAddress, reach: Reach) -> Result<Bytes, FetchError> {
        let fetched = async {
            let mut request = Request::new(Full::default());
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
            let (answer, _moving) = self.send(address, reach, request).await?;
            if answer.status() != 200 {
                return Err(FetchError::Status(address.to_string(), answer.status().as_u16()));
            }
            let body = Limited::new(answer.into_body(), LARGEST).collect().await;
            Ok(body.map_err(|_| FetchError::TooLarge(address.to_string()))?.to_bytes())
        };
        timeout(TIME, fetched).await.map_err(|_| FetchError::TooSlow(address.to_string(), TIME))?
    }

    /// Sends a message in JSON to an address, and returns the status that it is answered with, from 200 to 299. What else the answer
    /// holds nobody reads.
    ///
    /// # Errors
    /// [`FetchError`] when it is answered with another status, or not within the bounds.
    pub async fn post(
        &self,
        address: &HttpAddress,
        reach: Reach,
        headers: &[(&'static str, String)],
        body: Bytes,
    ) -> Result<u16, FetchError> {
        let sent = async {
            let mut request = Request::new(Full::new(body));
            *request.method_mut() = Method::POST;
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            for (name, value) in headers {
                let value = HeaderValue::from_str(value);
                let value = value.map_err(|_| FetchError::NoAddress(address.to_string()))?;
                request.headers_mut().insert(HeaderName::from_static(name), value);
            }
            self.send(address, reach, request).await
        };
        let sent = timeout(MESSAGE_TIME, sent).await;
        let (answer, _moving) = sent.map_err(|_| FetchError::TooSlow(address.to_string(), MESSAGE_TIME))??;
        let status = answer.status();
        // Whoever answers is let finish a short answer.
        let _ = timeout(LEAVE, Limited::new(answer.into_body(), LARGEST_HEAD).collect()).await;
        if !status.is_success() {
            return Err(FetchError::Status(address.to_string(), status.as_u16()));
        }
        Ok(status.as_u16())
    }

    /// Whether an address has one that may be asked. Nothing is sent there, and nobody may go by it later: names lead elsewhere from
    /// one moment to the next, so that each connection is checked for itself.
    ///
    /// # Errors
    /// [`FetchError::NoAddress`] where it has none, [`FetchError::TooSlow`] where that is not known in time.
    pub async fn check(&self, address: &HttpAddress, reach: Reach) -> Result<(), FetchError> {
        let found = timeout(TIME, addresses(address, reach)).await;
        match found.map_err(|_| FetchError::TooSlow(address.to_string(), TIME))? {
            Ok(_) => Ok(()),
            Err(_) => Err(FetchError::NoAddress(address.to_string())),
        }
    }

    async fn send(
        &self,
        address: &HttpAddress,
        reach: Reach,
        request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Moving), FetchError> {
        let unreachable = |error: io::Error| FetchError::Unreachable(address.to_string(), error);
        // The connection goes to one of the addresses that were looked at, and to none that is looked up again.
        let found = addresses(address, reach).await?;
        let stream = TcpStream::connect(found.as_slice()).await.map_err(unreachable)?;
        if !address.is_encrypted() {
            return ask(address, TokioIo::new(stream), request).await;
        }
        let (host, _) = address.host_and_port();
        let name = ServerName::try_from(host).map_err(|_| FetchError::NoAddress(address.to_string()))?;
        let stream = self.tls.connect(name, stream).await.map_err(unreachable)?;
        ask(address, TokioIo::new(stream), request).await
    }
}

/// Where an address leads to, as far as it may be asked there.
async fn addresses(address: &HttpAddress, reach: Reach) -> Result<Vec<SocketAddr>, FetchError> {
    let (host, port) = address.host_and_port();
    let unreachable = |error: io::Error| FetchError::Unreachable(address.to_string(), error);
    let found = lookup_host((host.as_str(), port)).await.map_err(unreachable)?;
    let found: Vec<SocketAddr> = found.filter(|found| reach.holds(address, found.ip())).collect();
    if found.is_empty() { Err(FetchError::NoAddress(address.to_string())) } else { Ok(found) }
}

async fn ask(
    address: &HttpAddress,
    stream: impl Read + Write + Unpin + Send + 'static,
    mut request: Request<Full<Bytes>>,
) -> Result<(Response<Incoming>, Moving), FetchError> {
    let broken = |error: hyper::Error| FetchError::Broken(address.to_string(), error);
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(LARGEST_HEAD).handshake(stream).await.map_err(broken)?;
    let moving = Moving(tokio::spawn(async {
        // What goes wrong is told to the request.
        let _ = connection.await;
    }));
    *request.uri_mut() = address.target().parse().map_err(|_| FetchError::NoAddress(address.to_string()))?;
    let headers = request.headers_mut();
    let host = HeaderValue::from_str(&address.authority());
    headers.insert(HOST, host.map_err(|_| FetchError::NoAddress(address.to_string()))?);
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("benchmark-exchange/", env!("CARGO_PKG_VERSION"))));
    let answer = sender.send_request(request).await.map_err(broken)?;
    Ok((answer, moving))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A service that answers the first request with some bytes, and goes on for as long as anybody takes more.
    async fn answering(head: &'static [u8], on_and_on: &'static [u8]) -> HttpAddress {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/a", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1_000]).await;
            let _ = stream.write_all(head).await;
            while !on_and_on.is_empty() && stream.write_all(on_and_on).await.is_ok() {}
        });
        address
    }

    async fn got(head: &'static [u8], on_and_on: &'static [u8]) -> Result<Bytes, FetchError> {
        Fetch::new(None).unwrap().get(&answering(head, on_and_on).await, Reach::Named).await
    }

    #[tokio::test]
    async fn a_small_document_is_fetched() {
        let document = got(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"").await.unwrap();
        assert_eq!(&*document, b"{}");
    }

    #[tokio::test]
    async fn no_more_is_read_than_a_document_takes() {
        for head in [&b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"[..], b"HTTP/1.1 200 OK\r\n\r\n"] {
            assert!(matches!(got(head, &[b'a'; 4_096]).await, Err(FetchError::TooLarge(_))));
        }
        assert!(matches!(got(b"HTTP/1.1 200 OK\r\nX: ", &[b'a'; 4_096]).await, Err(FetchError::Broken(..))));
        assert!(matches!(
            got(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"").await,
            Err(FetchError::TooLarge(_))
        ));
        assert!(matches!(got(b"220 mail.example ESMTP\r\n", b"").await, Err(FetchError::Broken(..))));
    }

    #[tokio::test]
    async fn redirects_and_other_statuses_are_no_document() {
        for (head, status) in [
            (&b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"[..], 302),
            (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", 500),
        ] {
            assert!(matches!(got(head, b"").await, Err(FetchError::Status(_, found)) if found == status));
        }
    }

    #[tokio::test]
    async fn what_another_service_named_is_not_looked_for_inside() {
        let fetch = Fetch::new(None).unwrap();
        for inside in
            ["https://127.0.0.1/a", "https://[::ffff:10.0.0.1]/a", "https://169.254.169.254/", "http://localhost/"]
        {
            let fetched = fetch.get(&inside.parse().unwrap(), Reach::Public).await;
            assert!(matches!(fetched, Err(FetchError::NoAddress(_))), "{inside}: {fetched:?}");
        }
    }

    async fn told(head: &'static [u8], reach: Reach) -> Result<u16, FetchError> {
        let headers = [("webhook-id", "msg_1".to_owned())];
        let fetch = Fetch::new(None).unwrap();
        fetch.post(&answering(head, b"").await, reach, &headers, Bytes::from_static(b"{}")).await
    }

    #[tokio::test]
    async fn a_message_is_taken_by_a_status_of_success_alone() {
        let here = Reach::PublicOrThisMachine;
        assert_eq!(told(b"HTTP/1.1 204 No Content\r\n\r\n", here).await.unwrap(), 204);
        for (head, status) in [
            (&b"HTTP/1.1 307 On\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"[..], 307),
            (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", 500),
        ] {
            assert!(matches!(told(head, here).await, Err(FetchError::Status(_, found)) if found == status));
        }
        let refused = told(b"HTTP/1.1 200 OK\r\n\r\n", Reach::Public).await;
        assert!(matches!(refused, Err(FetchError::NoAddress(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn this_machine_is_told_something_where_that_is_wanted_and_no_network_inside() {
        let fetch = Fetch::new(None).unwrap();
        let check = async |address: &str, reach| fetch.check(&address.parse().unwrap(), reach).await.is_ok();
        for here in ["http://127.0.0.1:9/a", "http://localhost/a", "https://[::1]/a", "https://[::ffff:127.0.0.1]/a"] {
            assert!(check(here, Reach::PublicOrThisMachine).await && !check(here, Reach::Public).await, "{here}");
        }
        for inside in ["10.0.0.1", "169.254.169.254", "192.168.0.1", "[fd00::1]", "[fe80::1]", "[::ffff:10.0.0.1]"] {
            let inside = format!("https://{inside}/a");
            for reach in [Reach::Public, Reach::PublicOrThisMachine] {
                assert!(!check(&inside, reach).await, "{inside}");
                let sent = fetch.post(&inside.parse().unwrap(), reach, &[], Bytes::new()).await;
                assert!(matches!(sent, Err(FetchError::NoAddress(_))), "{inside}: {sent:?}");
            }
        }
        assert!(check("https://1.1.1.1/", Reach::Public).await);
    }

    #[test]
    fn certificates_that_are_none_are_refused() {
        for wrong in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(Fetch::new(Some(wrong.as_bytes())).is_err(), "{wrong}");
        }
    }
}
