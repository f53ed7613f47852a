//! Parquet: the tidy columns with their types, and what the table is about among the metadata of the file.

use std::sync::Arc;

use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{metadata::KeyValue, properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};
use serde_json::Value as Json;

use super::tidy::{Column, ColumnKind, Tidy, Value};

/// The values of a column, and for each line whether there is one.
enum Values {
    Texts(Vec<ByteArray>),
    Integers(Vec<i64>),
    Numbers(Vec<f64>),
    Booleans(Vec<bool>),
}

/// The table in one group of rows.
///
/// # Errors
/// Where the library fails, which it does not on columns like these.
pub(super) fn write(table: &impl Tidy) -> Result<Vec<u8>, ParquetError> {
    let columns = table.columns();
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Type::group_type_builder("table").with_fields(fields).build()?);
    let about = table.about().into_iter().map(|(name, value)| {
        let text = if let Json::String(text) = value { text } else { value.to_string() };
        KeyValue::new(name, text)
    });
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("Benchmark Exchange".to_owned())
        .set_key_value_metadata(Some(about.collect()))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for (values, levels) in gathered(table, &columns) {
        let Some(mut column) = group.next_column()? else { break };
        match values {
            Values::Texts(texts) => column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?,
            Values::Integers(whole) => column.typed::<Int64Type>().write_batch(&whole, Some(&levels), None)?,
            Values::Numbers(numbers) => column.typed::<DoubleType>().write_batch(&numbers, Some(&levels), None)?,
            Values::Booleans(flags) => column.typed::<BoolType>().write_batch(&flags, Some(&levels), None)?,
        };
        column.close()?;
    }
    group.close()?;
    writer.into_inner()
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column.kind {
        ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnKind::Integer => (Physical::INT64, None),
        ColumnKind::Number => (Physical::DOUBLE, None),
        ColumnKind::Boolean => (Physical::BOOLEAN, None),
    };
    let field = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(field))
}

/// What stands in each column, and the level of each line in it: 1 where something does.
fn gathered(table: &impl Tidy, columns: &[Column]) -> Vec<(Values, Vec<i16>)> {
    let empty = |column: &Column| match column.kind {
        ColumnKind::Text => Values::Texts(Vec::new()),
        ColumnKind::Integer => Values::Integers(Vec::new()),
        ColumnKind::Number => Values::Numbers(Vec::new()),
        ColumnKind::Boolean => Values::Booleans(Vec::new()),
    };
    let mut gathered: Vec<(Values, Vec<i16>)> =
        columns.iter().map(|column| (empty(column), Vec::with_capacity(table.lines()))).collect();
    table.each_line(&mut |line| {
        for ((values, levels), value) in gathered.iter_mut().zip(line) {
            match (values, *value) {
                (Values::Texts(texts), Value::Text(text)) => texts.push(ByteArray::from(text)),
                (Values::Integers(whole), Value::Integer(number)) => whole.push(number),
                (Values::Numbers(numbers), Value::Number(number)) => numbers.push(number),
                (Values::Booleans(flags), Value::Boolean(flag)) => flags.push(flag),
                _ => {
                    levels.push(0);
                    continue;
                }
            }
            levels.push(1);
        }
    });
    gathered
}
