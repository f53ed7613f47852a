//! One request, one answer: no redirect is followed, no more is read than a small document takes, and the time is short.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Request,
    client::conn::http1,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, HeaderValue, USER_AGENT},
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

/// The largest document, bytes.
const LARGEST: usize = 256 << 10;

/// The most that the head of an answer may take, bytes.
const LARGEST_HEAD: usize = 32 << 10;

/// Where a document may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere: an operator named the service.
    Named,
    /// At a public address alone: the service was named by another one, which may not send us around in a network inside.
    Public,
}

/// Why a document was not fetched. The texts hold nothing that was sent.
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
    #[error("`{0}` took longer than {time} s", time = TIME.as_secs())]
    TooSlow(String),
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
        let slow = |_| FetchError::TooSlow(address.to_string());
        timeout(TIME, self.get_unhurried(address, reach)).await.map_err(slow)?
    }

    async fn get_unhurried(&self, address: &HttpAddress, reach: Reach) -> Result<Bytes, FetchError> {
        let unreachable = |error: io::Error| FetchError::Unreachable(address.to_string(), error);
        let (host, port) = address.host_and_port();
        let found = lookup_host((host.as_str(), port)).await.map_err(unreachable)?;
        let may_be_asked = |found: &SocketAddr| match reach {
            // Plain HTTP does not leave this machine, whatever `localhost` is taken for.
            _ if !address.is_encrypted() => reach == Reach::Named && found.ip().is_loopback(),
            Reach::Named => true,
            Reach::Public => is_public(found.ip()),
        };
        let found: Vec<SocketAddr> = found.filter(may_be_asked).collect();
        if found.is_empty() {
            return Err(FetchError::NoAddress(address.to_string()));
        }
        let stream = TcpStream::connect(found.as_slice()).await.map_err(unreachable)?;
        if !address.is_encrypted() {
            return ask(address, TokioIo::new(stream)).await;
        }
        let name = ServerName::try_from(host).map_err(|_| FetchError::NoAddress(address.to_string()))?;
        let stream = self.tls.connect(name, stream).await.map_err(unreachable)?;
        ask(address, TokioIo::new(stream)).await
    }
}

async fn ask(address: &HttpAddress, stream: impl Read + Write + Unpin + Send + 'static) -> Result<Bytes, FetchError> {
    let broken = |error: hyper::Error| FetchError::Broken(address.to_string(), error);
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(LARGEST_HEAD).handshake(stream).await.map_err(broken)?;
    let _moving = Moving(tokio::spawn(async {
        // What goes wrong is told to the request.
        let _ = connection.await;
    }));
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = address.target().parse().map_err(|_| FetchError::NoAddress(address.to_string()))?;
    let headers = request.headers_mut();
    let host = HeaderValue::from_str(&address.authority());
    headers.insert(HOST, host.map_err(|_| FetchError::NoAddress(address.to_string()))?);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("benchmark-exchange/", env!("CARGO_PKG_VERSION"))));
    let answer = sender.send_request(request).await.map_err(broken)?;
    if answer.status() != 200 {
        return Err(FetchError::Status(address.to_string(), answer.status().as_u16()));
    }
    let body = Limited::new(answer.into_body(), LARGEST).collect().await;
    Ok(body.map_err(|_| FetchError::TooLarge(address.to_string()))?.to_bytes())
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

    #[test]
    fn certificates_that_are_none_are_refused() {
        for wrong in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(Fetch::new(Some(wrong.as_bytes())).is_err(), "{wrong}");
        }
    }
}
