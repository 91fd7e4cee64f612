use deltalake::datafusion::execution::context::SessionState;
use deltalake::datafusion::sql::parser::{DFParser, Statement as Parsed};
use deltalake::datafusion::sql::sqlparser::ast::Statement as Sql;
use deltalake::datafusion::sql::sqlparser::dialect::GenericDialect;
use deltalake::datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use crate::StorageError;

/// Longest statement that is looked at, in bytes.
const MAX_BYTES: usize = 64 << 10;
/// Most words and signs of a statement: a chain of operators is a tree as deep as it is long.
const MAX_TOKENS: usize = 4_000;

/// One statement that only reads.
pub(crate) struct Statement(Parsed);

impl Statement {
    /// Refuses what is too long, not SQL, or not a single SELECT or EXPLAIN of one, by the statement's own name.
    pub(crate) fn parse(sql: &str) -> Result<Statement, StorageError> {
        if sql.len() > MAX_BYTES {
            let message = format!("a statement has at most {MAX_BYTES} bytes");
            return Err(StorageError::TooLarge(message));
        }
        let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize();
        let tokens = tokens.map_err(|error| StorageError::InvalidQuery(error.to_string()))?;
        let tokens = tokens
            .iter()
            .filter(|token| !matches!(token, Token::Whitespace(_)));
        if tokens.count() > MAX_TOKENS {
            let message = format!("a statement has at most {MAX_TOKENS} words and signs");
            return Err(StorageError::TooLarge(message));
        }
        let mut statements = DFParser::parse_sql(sql)?;
        let invalid = |message: &str| Err(StorageError::InvalidQuery(message.to_owned()));
        match (statements.pop_front(), statements.is_empty()) {
            (Some(statement), true) => only_reads(&statement).map(|()| Statement(statement)),
            (None, _) => invalid("the statement is empty"),
            (Some(_), false) => {
                invalid("one statement at a time: there is more after the first semicolon")
            }
        }
    }

    /// For the planner.
    pub(crate) fn into_parsed(self) -> Parsed {
        self.0
    }

    /// The tables it names, by their plain names.
    pub(crate) fn tables(&self, state: &SessionState) -> Result<Vec<String>, StorageError> {
        let tables = state.resolve_table_references(&self.0)?;
        Ok(tables
            .iter()
            .map(|table| table.table().to_owned())
            .collect())
    }
}

fn only_reads(statement: &Parsed) -> Result<(), StorageError> {
    let is_query = |statement: &Parsed| matches!(statement, Parsed::Statement(sql) if matches!(sql.as_ref(), Sql::Query(_)));
    let reads = match statement {
        Parsed::Explain(explain) => is_query(&explain.statement),
        other => is_query(other),
    };
    if reads {
        return Ok(());
    }
    let text = statement.to_string();
    let first = text.split_whitespace().next().unwrap_or("this");
    Err(StorageError::NotReadOnly {
        statement: first.to_uppercase(),
    })
}
