//! Official figures as tidy columns: one line for each row and indicator that says something.

use serde_json::{Map, Value as Json, json};

use crate::{
    domain::official::read_value,
    export::{
        tidy::{Column, ColumnKind, Tidy, Value},
        words,
    },
};

use super::OfficialTable;

impl Tidy for OfficialTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        let mut add = |name: &str, kind, description: &str| {
            columns.push(Column { name: name.to_owned(), kind, description: description.to_owned() });
        };
        add("area_code", ColumnKind::Text, "The code of the place, as published");
        add(
            "current_code",
            ColumnKind::Text,
            "The code that the place has now, as tables of outcomes have it; empty where it has none",
        );
        add("area", ColumnKind::Text, "The name of the place, as published");
        add("level", ColumnKind::Text, "The sort of place, as published");
        add(
            "time_period",
            ColumnKind::Text,
            "The time, as published: four digits, or six for a year that ends in the next",
        );
        add("time_identifier", ColumnKind::Text, "The sort of time, as published");
        add("academic_year", ColumnKind::Text, "The academic year beside which it is put, as six digits");
        for (name, filter) in self.filters.iter().zip(&self.selection.of.filters) {
            add(name, ColumnKind::Text, &filter.label);
        }
        add("indicator", ColumnKind::Text, "The name of what is measured, to ask for it by");
        add("label", ColumnKind::Text, "What is measured");
        add("unit", ColumnKind::Text, "The unit, as published");
        add("value", ColumnKind::Number, "The value, as published; empty where no number was");
        add("lower_95", ColumnKind::Number, "The lower limit of its 95 % interval, where its publisher gives one");
        add("upper_95", ColumnKind::Number, "The upper limit of its 95 % interval, where its publisher gives one");
        add(
            "status",
            ColumnKind::Text,
            "PUBLISHED, TEXT, CONFIDENTIAL, NOT_APPLICABLE, NOT_AVAILABLE, LOW or UNRELIABLE",
        );
        add("text", ColumnKind::Text, "What was published in the place of a number, such as a symbol");
        add("source", ColumnKind::Text, "Where it was published, where that was told");
        columns
    }

    fn lines(&self) -> usize {
        let told = |row: &&crate::domain::OfficialRow| {
            self.selection.columns.iter().filter(|column| !row.values[column.at].is_empty()).count()
        };
        self.selection.rows.iter().map(told).sum()
    }

    fn each_line<'a>(&'a self, write: &mut dyn FnMut(&[Value<'a>])) {
        let mut line = Vec::new();
        for row in &self.selection.rows {
            for &column in &self.selection.columns {
                let figure = self.selection.figure(row, column);
                if figure.text().is_empty() {
                    continue;
                }
                let (value, status) = read_value(figure.text());
                let now = self.place(row).and_then(|place| place.now.as_deref());
                line.clear();
                line.extend([
                    Value::Text(&row.area_code),
                    Value::text(now),
                    Value::Text(&row.area_name),
                    Value::Text(&row.level),
                    Value::Text(&row.time.period),
                    Value::Text(&row.time.identifier),
                    Value::Text(self.year(row)),
                ]);
                line.extend(row.items.iter().map(|item| Value::Text(item)));
                let indicator = self.indicator(column);
                line.extend([
                    Value::Text(&indicator.column),
                    Value::Text(&indicator.label),
                    Value::text(Some(indicator.unit.as_str()).filter(|unit| !unit.is_empty())),
                    Value::number(value),
                    Value::number(figure.limits.map(|(lower, _)| lower)),
                    Value::number(figure.limits.map(|(_, upper)| upper)),
                    Value::Text(words::official_status(status)),
                    Value::text(Some(figure.text()).filter(|_| value.is_none())),
                    Value::text(self.source(row)),
                ]);
                write(&line);
            }
        }
    }

    fn about(&self) -> Map<String, Json> {
        let set = self.selection.of;
        let mut about = Map::new();
        let mut tell = |name: &str, value: Json| drop(about.insert(name.to_owned(), value));
        tell("dataset", "official".into());
        tell("name", set.name.as_str().into());
        tell("version", set.version.into());
        tell("title", set.title.as_str().into());
        tell("source", set.source.as_deref().into());
        tell("licence", set.licence.as_deref().into());
        tell("checksum", set.checksum.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into());
        tell("importedAt", set.imported_at.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string()).into());
        let filter = |(name, filter): (&String, &crate::domain::OfficialFilter)| json!({"column": filter.column, "name": name, "label": filter.label, "total": filter.total});
        tell("filters", self.filters.iter().zip(&set.filters).map(filter).collect());
        about
    }

    fn heading(&self) -> (String, String, Option<String>) {
        let set = self.selection.of;
        let reference = format!("{}-version-{}", set.name, set.version);
        (set.title.clone(), reference, set.imported_at.map(|at| at.format("%Y-%m-%d").to_string()))
    }
}
