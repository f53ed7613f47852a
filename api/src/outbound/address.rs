//! Addresses that are fetched from: `https`, and plain `http` on this machine alone.

use std::{fmt, net::IpAddr, str::FromStr};

use url::{Host, Url};

/// The longest address, bytes.
const LONGEST: usize = 2_000;

/// An address that may be fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAddress(Url);

/// It is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an address such as `https://login.example/realms/a`, without a user, and with `http` on this machine alone, found `{0}`"
)]
pub struct InvalidHttpAddress(String);

impl FromStr for HttpAddress {
    type Err = InvalidHttpAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidHttpAddress(text.chars().take(200).collect());
        if text.len() > LONGEST || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(invalid());
        }
        let address = Self(Url::parse(text).map_err(|_| invalid())?);
        let url = &address.0;
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let scheme = match url.scheme() {
            "https" => true,
            "http" => address.names_this_machine(),
            _ => false,
        };
        if plain && scheme && url.host().is_some() { Ok(address) } else { Err(invalid()) }
    }
}

impl fmt::Display for HttpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl HttpAddress {
    /// Whether scheme, host and port are those of another.
    pub fn is_of_the_service_of(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }

    /// Whether it names this machine, or an address that is not of the public network. What a name stands for is known when it is fetched.
    pub fn is_within(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(_)) => self.names_this_machine(),
            Some(Host::Ipv4(address)) => !is_public(address.into()),
            Some(Host::Ipv6(address)) => !is_public(address.into()),
            None => true,
        }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The host without the brackets of an IPv6 address, and the port.
    pub(super) fn host_and_port(&self) -> (String, u16) {
        let host = match self.0.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        };
        (host, self.0.port_or_known_default().unwrap_or(443))
    }

    /// What the header `Host` says.
    pub(super) fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Path and query.
    pub(super) fn target(&self) -> String {
        self.0.query().map_or_else(|| self.0.path().to_owned(), |query| format!("{}?{query}", self.0.path()))
    }

    fn names_this_machine(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

/// Whether an address is one of the public network: not of this machine, of a network inside, or of none.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            !(address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_broadcast()
                || address.is_multicast()
                || address.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(address) => {
            // An IPv4 address that is written, or reached, through an IPv6 one is judged as what it is.
            let s = address.segments();
            if let Some(inner) = address.to_ipv4_mapped() {
                return is_public(inner.into());
            }
            // Of the public network are 2000::/3 alone, without documentation, tunnels and translations.
            (0x2000..0x4000).contains(&s[0]) && s[0] != 0x2002 && !(s[0] == 0x2001 && (s[1] < 0x200 || s[1] == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for right in [
            "https://login.example/realms/a",
            "https://10.0.0.1:8443/x?y=z",
            "http://localhost:3000/",
            "http://127.0.0.1:1/.well-known/openid-configuration",
            "http://[::1]:1",
        ] {
            assert!(right.parse::<HttpAddress>().is_ok(), "{right}");
        }
        for wrong in [
            "",
            "login.example",
            "http://login.example/",
            "http://localhost.example/",
            "http://10.0.0.1/",
            "http://127.0.0.1@evil.example/",
            "https://user@login.example/",
            "https://user:word@login.example/",
            "https://login.example/#a",
            "https://login.example/a b",
            "ftp://login.example/",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(wrong.parse::<HttpAddress>().is_err(), "{wrong}");
        }
        let long = format!("https://login.example/{}", "a".repeat(2_000));
        assert!(long.parse::<HttpAddress>().is_err());
    }

    #[test]
    fn parts_of_an_address_are_what_is_sent() {
        let address: HttpAddress = "http://[::1]:9000/a/b?c=d".parse().unwrap();
        assert_eq!(address.host_and_port(), ("::1".to_owned(), 9_000));
        assert_eq!((address.authority(), address.target()), ("[::1]:9000".to_owned(), "/a/b?c=d".to_owned()));
        let other: HttpAddress = "http://[::1]:9001/a".parse().unwrap();
        assert!(!other.is_of_the_service_of(&address) && address.is_of_the_service_of(&address));
        let address: HttpAddress = "https://login.example".parse().unwrap();
        assert_eq!((address.authority(), address.target()), ("login.example".to_owned(), "/".to_owned()));
        assert_eq!(address.host_and_port().1, 443);
    }

    #[test]
    fn inside_addresses_are_not_public_however_they_are_written() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for public in ["1.1.1.1", "20.190.128.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
