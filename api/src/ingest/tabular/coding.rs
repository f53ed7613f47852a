//! What the text of a file is written in: by its byte order mark, by its zeros, or by what its fields turn out to be.

use std::io::{self, Read};

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::ingest::{Problem, ProblemCode};

/// Bytes that are decoded at a time.
const PIECE: usize = 1 << 14;

/// What the text is written in, as far as the first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// UTF-8; with a byte order mark or without.
    Utf8 {
        /// Whether it begins with a byte order mark.
        marked: bool,
    },
    /// UTF-8 or Windows-1252: the first field that is not ASCII tells.
    Open,
    /// Another encoding, decoded before anything else is done.
    Decoded(&'static Encoding),
}

/// Finds out what the text is written in, unless that is said.
pub(super) fn of(head: &[u8], said: Option<&'static Encoding>) -> Result<Coding, Problem> {
    let marked = Encoding::for_bom(head).map(|(encoding, _)| encoding);
    match (said, marked) {
        (Some(said), Some(marked)) if said != marked => Err(Problem::in_row(
            1,
            ProblemCode::Encoding,
            &format!("the byte order mark of {}", marked.name()),
            format!("text in {}, as was said", said.name()),
        )),
        (Some(encoding), _) | (None, Some(encoding)) if encoding == UTF_8 => {
            Ok(Coding::Utf8 { marked: marked.is_some() })
        }
        (Some(encoding), _) | (None, Some(encoding)) => Ok(Coding::Decoded(encoding)),
        (None, None) => Ok(by_zeros(head).map_or(Coding::Open, Coding::Decoded)),
    }
}

/// UTF-16 without a byte order mark: a header is ASCII, so every other byte of it is zero.
fn by_zeros(head: &[u8]) -> Option<&'static Encoding> {
    let start = &head[..head.len().min(128) & !1];
    let zeros = |parity: usize| start.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    let most = start.len() * 3 / 8;
    match (zeros(0), zeros(1)) {
        (0, odd) if odd > most => Some(UTF_16LE),
        (even, 0) if even > most => Some(UTF_16BE),
        _ => None,
    }
}

impl Coding {
    /// The text as UTF-8 without a byte order mark, or its bytes where fields are to tell.
    pub(super) fn decoded<'a>(self, bytes: impl Read + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::Open => Box::new(bytes),
            Self::Utf8 { marked } => Box::new(Skipping { bytes, left: if marked { 3 } else { 0 } }),
            Self::Decoded(encoding) => Box::new(Decoding {
                bytes,
                decoder: encoding.new_decoder_with_bom_removal(),
                name: encoding.name(),
                encoded: Vec::new(),
                text: Vec::new(),
                given: 0,
                ended: false,
            }),
        }
    }
}

/// Leaves out the first bytes.
struct Skipping<R> {
    bytes: R,
    left: u64,
}

impl<R: Read> Read for Skipping<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left > 0 {
            io::copy(&mut self.bytes.by_ref().take(self.left), &mut io::sink())?;
            self.left = 0;
        }
        self.bytes.read(buffer)
    }
}

/// Decodes as it reads; what is not of the encoding is an error and never replaced.
struct Decoding<R> {
    bytes: R,
    decoder: encoding_rs::Decoder,
    name: &'static str,
    encoded: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoding<R> {
    /// Decodes another piece.
    fn decode(&mut self) -> io::Result<()> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, format!("bytes that are not {}", self.name));
        let before = self.encoded.len();
        self.bytes.by_ref().take(PIECE as u64).read_to_end(&mut self.encoded)?;
        self.ended = self.encoded.len() == before;
        let most = self.decoder.max_utf8_buffer_length_without_replacement(self.encoded.len()).ok_or_else(invalid)?;
        self.text.resize(most, 0);
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.encoded, &mut self.text, self.ended);
        self.text.truncate(written);
        self.given = 0;
        self.encoded.drain(..read);
        match result {
            DecoderResult::Malformed(..) => Err(invalid()),
            DecoderResult::InputEmpty | DecoderResult::OutputFull => Ok(()),
        }
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.decode()?;
        }
        let count = buffer.len().min(self.text.len() - self.given);
        buffer[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}
