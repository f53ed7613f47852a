//! Frameworks, benchmarks and the crosswalk.

use std::sync::Arc;

use async_graphql::{ComplexObject, ID, Object, Result, SimpleObject, Variables};

use crate::{
    domain::{self, Catalogue, FrameworkIndex},
    graphql::{document::Selected, error},
    service::{self, Reader},
};

use super::{Language, NodeKey, Wording, scalar::Comparability};

/// A published set of benchmarks.
pub struct Framework {
    catalogue: Arc<Catalogue>,
    index: FrameworkIndex,
    id: ID,
}

impl Framework {
    pub(crate) fn new(catalogue: Arc<Catalogue>, index: FrameworkIndex) -> Self {
        let id = NodeKey::Framework(catalogue.frameworks()[index].code.clone()).id();
        Self { catalogue, index, id }
    }

    pub(crate) fn by_code(catalogue: Arc<Catalogue>, code: &str) -> Option<Self> {
        let index = catalogue.framework_index(code)?;
        Some(Self::new(catalogue, index))
    }

    fn framework(&self) -> &domain::Framework {
        &self.catalogue.frameworks()[self.index]
    }
}

/// A published set of benchmarks, e.g. the eight Gatsby Benchmarks of 2014 or Hong Kong's ten.
#[Object]
impl Framework {
    /// The identity, for `node`.
    pub(crate) async fn id(&self) -> &ID {
        &self.id
    }

    /// The code, e.g. `GATSBY-2014`. Use it in questions: titles drift, codes do not.
    async fn code(&self) -> &str {
        &self.framework().code
    }

    /// The published title.
    async fn title(&self) -> &str {
        &self.framework().title
    }

    /// The title in a language, where its source has one; else the English one, which is told.
    async fn wording(&self, #[graphql(name = "in", desc = "The language.")] language: Language) -> Wording {
        Wording::of("framework", &self.framework().code, language, &self.framework().title)
    }

    /// Where it applies.
    async fn jurisdiction(&self) -> &str {
        &self.framework().jurisdiction
    }

    /// The year of publication.
    async fn year(&self) -> i32 {
        self.framework().year
    }

    /// Its benchmarks, by number.
    async fn benchmarks(&self) -> Vec<Benchmark> {
        self.framework().benchmarks.iter().map(|benchmark| Benchmark::new(self.framework(), benchmark)).collect()
    }

    /// What stands in for each benchmark of another framework when a question is `mapped`: one entry for each of its
    /// benchmarks, in its numbering.
    async fn crosswalk(
        &self,
        #[graphql(desc = "The code of the framework in whose numbering results would be reported.")] to: String,
    ) -> Result<Vec<CrosswalkEntry>> {
        let target = target(&self.catalogue, &to).map_err(error::graphql_error)?;
        let entry = |benchmark: &domain::Benchmark| {
            let own = domain::Source { numbers: vec![benchmark.number], kind: domain::RelationKind::Exact };
            let source = if target == self.index {
                Some(&own)
            } else {
                self.catalogue.crosswalk().source(self.index, target, benchmark.number)
            };
            let stand_ins = source.iter().flat_map(|source| &source.numbers);
            CrosswalkEntry {
                to: Benchmark::new(&self.catalogue.frameworks()[target], benchmark),
                from: stand_ins
                    .filter_map(|&number| self.framework().benchmarks.get(usize::from(number) - 1))
                    .map(|from| Benchmark::new(self.framework(), from))
                    .collect(),
                comparability: source.map(|source| domain::Comparability::from(source.kind).into()),
            }
        };
        Ok(self.catalogue.frameworks()[target].benchmarks.iter().map(entry).collect())
    }
}

fn target(catalogue: &Catalogue, code: &str) -> Result<FrameworkIndex, service::Error> {
    let unknown = || service::Error::NotFound(format!("no framework has the code `{code}`"));
    catalogue.framework_index(code).ok_or_else(unknown)
}

/// Refuses a crosswalk to a framework that there is not, before a table around it is counted.
///
/// # Errors
/// When there is none.
pub(crate) fn check_crosswalk(field: &Selected, variables: &Variables, reader: &Reader) -> Result<(), service::Error> {
    let code: Option<String> = field.argument("to", variables);
    code.map_or(Ok(()), |code| target(reader.catalogue(), &code).map(drop))
}

/// One numbered statement of a framework. An institution's result on it is a whole score from 0 to 100; *achieved* means
/// 100.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub struct Benchmark {
    /// The identity, for `node`.
    pub(crate) id: ID,
    /// Its number within the framework, from 1.
    number: i32,
    /// Its short code, e.g. `GB3`.
    code: String,
    /// Its title.
    title: String,
    /// The code of its framework.
    #[graphql(skip)]
    framework: String,
}

#[ComplexObject]
impl Benchmark {
    /// The title in a language, where its source has one; else the English one, which is told.
    async fn wording(&self, #[graphql(name = "in", desc = "The language.")] language: Language) -> Wording {
        Wording::of("benchmark", &format!("{}/{}", self.framework, self.number), language, &self.title)
    }
}

impl Benchmark {
    pub(crate) fn new(framework: &domain::Framework, benchmark: &domain::Benchmark) -> Self {
        Self {
            id: NodeKey::Benchmark(framework.code.clone(), benchmark.number).id(),
            number: i32::from(benchmark.number),
            code: benchmark.code.clone(),
            title: benchmark.title.clone(),
            framework: framework.code.clone(),
        }
    }
}

/// What stands in for one benchmark of another framework.
#[derive(SimpleObject)]
pub struct CrosswalkEntry {
    /// The benchmark of the other framework.
    to: Benchmark,
    /// The benchmarks that stand in for it. Empty where there is no counterpart; several where each is a part of it, and
    /// an institution then achieved it when it achieved every part.
    from: Vec<Benchmark>,
    /// How they compare; null where there is no counterpart.
    comparability: Option<Comparability>,
}
