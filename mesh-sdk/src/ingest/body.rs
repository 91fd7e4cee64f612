//! Request bodies -> records. What spoils one record refuses that record; what spoils the whole, the whole.

use mesh_contracts::{Contract, ParseError, Record, Violation, json};

use super::named::{self, Named};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Most records of one request.
pub(crate) const MAX_RECORDS: usize = 50_000;

/// The bodies an input port takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// One object, or an array of them.
    Json,
    /// One object per line.
    NdJson,
    /// A header with the contract's property names, then one record per row (RFC 4180).
    Csv,
    /// One event with the name that its producer gave it (CloudEvents, structured).
    Event,
    /// An array of such events.
    Events,
}

impl MediaType {
    pub(crate) const ALL: [(MediaType, &'static str); 5] = [
        (MediaType::Json, "application/json"),
        (MediaType::NdJson, "application/x-ndjson"),
        (MediaType::Csv, "text/csv"),
        (MediaType::Event, "application/cloudevents+json"),
        (MediaType::Events, "application/cloudevents-batch+json"),
    ];

    /// By the value of a Content-Type header; parameters do not count.
    pub(crate) fn of(content_type: &str) -> Option<MediaType> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        Self::ALL
            .into_iter()
            .find(|(_, name)| essence.eq_ignore_ascii_case(name))
            .map(|(media_type, _)| media_type)
    }
}

/// What spoils a whole body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is empty: send at least one record")]
    Empty,
    #[error("the body is not UTF-8: {0}")]
    NotUtf8(ParseError),
    #[error("the body is not JSON: {0}")]
    NotJson(ParseError),
    #[error("the CSV cannot be read: {0}")]
    BadCsv(String),
    #[error("a request may have {MAX_RECORDS} records: send them in several")]
    TooManyRecords,
    #[error("{0}")]
    Unfit(&'static str),
}

impl From<ParseError> for BodyError {
    fn from(error: ParseError) -> Self {
        match error.code() {
            "utf-8" => Self::NotUtf8(error),
            _ => Self::NotJson(error),
        }
    }
}

/// One record of a body, or what is wrong with it.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// From 1; for the media types that have lines.
    pub(crate) line: Option<u64>,
    /// What its producer calls its event.
    pub(crate) named: Option<Named>,
    pub(crate) record: Result<Record, Violation>,
}

/// Reads the records of a body one after the other and hands each to `take`.
///
/// # Errors
/// What spoils the whole body. What was taken before is to be dropped then.
pub(crate) fn parse(
    media_type: MediaType,
    body: &[u8],
    contract: &Contract,
    take: &mut dyn FnMut(Parsed),
) -> Result<(), BodyError> {
    let body = body.strip_prefix(BOM).unwrap_or(body);
    let mut records = 0;
    let mut counted = |parsed| {
        records += 1;
        if records > MAX_RECORDS {
            return Err(BodyError::TooManyRecords);
        }
        take(parsed);
        Ok(())
    };
    if !body.trim_ascii().is_empty() {
        match media_type {
            MediaType::Json => json_records(body, &mut counted)?,
            MediaType::NdJson => lines(body, &mut counted)?,
            MediaType::Csv => csv_rows(body, contract, &mut counted)?,
            MediaType::Event | MediaType::Events => events(media_type, body, &mut counted)?,
        }
    }
    match records {
        0 => Err(BodyError::Empty),
        _ => Ok(()),
    }
}

type Take<'a> = dyn FnMut(Parsed) -> Result<(), BodyError> + 'a;

fn json_records(body: &[u8], take: &mut Take) -> Result<(), BodyError> {
    for raw in json::split_records(body)? {
        take(Parsed {
            line: None,
            named: None,
            record: json::parse_record(raw.get().as_bytes()).map_err(Violation::from),
        })?;
    }
    Ok(())
}

fn lines(body: &[u8], take: &mut Take) -> Result<(), BodyError> {
    for (number, line) in (1..).zip(body.split(|byte| *byte == b'\n')) {
        if !line.trim_ascii().is_empty() {
            take(Parsed {
                line: Some(number),
                named: None,
                record: json::parse_record(line).map_err(Violation::from),
            })?;
        }
    }
    Ok(())
}

fn events(media_type: MediaType, body: &[u8], take: &mut Take) -> Result<(), BodyError> {
    let is_list = body.trim_ascii_start().first() == Some(&b'[');
    match (media_type, is_list) {
        (MediaType::Event, true) => {
            let problem =
                "one event is an object: send a list as application/cloudevents-batch+json";
            return Err(BodyError::Unfit(problem));
        }
        (MediaType::Events, false) => {
            let problem =
                "a batch of events is a list: send one event as application/cloudevents+json";
            return Err(BodyError::Unfit(problem));
        }
        _ => {}
    }
    for raw in json::split_records(body)? {
        let (named, record) = match named::in_json(raw.get()) {
            Ok((named, record)) => (Some(named), record),
            Err(violation) => (None, Err(violation)),
        };
        take(Parsed {
            line: None,
            named,
            record,
        })?;
    }
    Ok(())
}

fn csv_rows(body: &[u8], contract: &Contract, take: &mut Take) -> Result<(), BodyError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body);
    let header = reader
        .headers()
        .map_err(|_| BodyError::BadCsv("the header is not UTF-8".to_owned()))?;
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    check_header(&header, contract)?;
    let mut row = csv::ByteRecord::new();
    loop {
        let more = reader.read_byte_record(&mut row);
        let line = row.position().map(csv::Position::line);
        match more {
            Ok(true) => take(Parsed {
                line,
                named: None,
                record: csv_record(&row, &header, contract),
            })?,
            Ok(false) => return Ok(()),
            Err(error) => return Err(BodyError::BadCsv(error.to_string())),
        }
    }
}

fn csv_record(
    row: &csv::ByteRecord,
    header: &[String],
    contract: &Contract,
) -> Result<Record, Violation> {
    if row.len() != header.len() {
        let expected = format!(
            "{} cells, as in the header; found {}",
            header.len(),
            row.len()
        );
        return Err(Violation::record("columns", expected));
    }
    let cells = row
        .iter()
        .map(std::str::from_utf8)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Violation::record("utf-8", "text in UTF-8"))?;
    Ok(contract.record_from_text(header, &cells))
}

/// A column that is missing or unknown would spoil every row alike: said once, before any is read.
fn check_header(header: &[String], contract: &Contract) -> Result<(), BodyError> {
    let bad = |message: String| Err(BodyError::BadCsv(message));
    let properties = contract.schema().properties();
    let input = || {
        properties
            .iter()
            .filter(|property| property.assigned().is_none())
    };
    for (index, name) in header.iter().enumerate() {
        // Says the place and not the name: a file without a header has health data there.
        if !input().any(|property| property.name() == name) {
            let known: Vec<&str> = input().map(|property| property.name()).collect();
            return bad(format!(
                "column {} of the header is not in the contract; its columns are {}",
                index + 1,
                known.join(", ")
            ));
        }
        if header[..index].contains(name) {
            return bad(format!("the header names column {name} twice"));
        }
    }
    let missing: Vec<&str> = input()
        .filter(|property| {
            property.required() && !header.iter().any(|name| name == property.name())
        })
        .map(|property| property.name())
        .collect();
    match missing.as_slice() {
        [] => Ok(()),
        names => bad(format!(
            "the header lacks {}, which the contract requires",
            names.join(", ")
        )),
    }
}
