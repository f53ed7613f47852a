//! Anything with an identity, by that identity.

use async_graphql::{Context, ID, Object, Result};

use crate::{
    graphql::{
        context,
        error::graphql_error,
        types::{
            Area, Benchmark, DestinationTable, Framework, Node, NodeKey, Organisation, OutcomeTable, Period, Release,
            Viewer,
        },
    },
    service::Error,
};

use super::{destinations, outcomes, wanted::Wanted};

/// Objects by their identity.
#[derive(Default)]
pub struct NodeQuery;

/// Objects by their identity.
#[Object]
impl NodeQuery {
    /// Anything with an identity, by that identity; null where it names nothing, and where what it names is not yours to see. A
    /// table is asked again by its citation, as `table` and `destinationTable` do: under your agreements of today, for the purpose
    /// it was asked for, recorded, and charged where you never opened it.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The `id` of anything that has one.")] id: ID,
    ) -> Result<Option<Node>> {
        let reader = context::reader(context);
        let catalogue = reader.catalogue().clone();
        let Some(key) = NodeKey::read(&id) else { return Ok(None) };
        Ok(match key {
            NodeKey::Area(code) => Area::by_code(catalogue, &code).map(Node::Area),
            NodeKey::Benchmark(code, number) => catalogue.framework_index(&code).and_then(|index| {
                let framework = &catalogue.frameworks()[index];
                let benchmark = framework.benchmarks.get(usize::from(number).checked_sub(1)?)?;
                Some(Node::Benchmark(Benchmark::new(framework, benchmark)))
            }),
            NodeKey::Framework(code) => Framework::by_code(catalogue, &code).map(Node::Framework),
            NodeKey::Period(period) => Some(Node::Period(Period::from(period))),
            NodeKey::Release(number) => reader.release(Some(number)).as_ref().map(Release::from).map(Node::Release),
            NodeKey::Viewer(code) => {
                let viewer = Viewer::new(reader.viewer_view());
                (viewer.code() == code).then_some(Node::Viewer(viewer))
            }
            NodeKey::Organisation(code) => {
                let own = reader.viewer_view().organisation.filter(|own| own.code == code);
                own.map(|own| Node::Organisation(Organisation::new(&own, catalogue)))
            }
            NodeKey::OutcomeTable(purpose, citation) => {
                let wanted = Wanted::of::<OutcomeTable>(context)?;
                present(outcomes::cited(context, &wanted, &citation, Some(purpose)).await)?.map(Node::OutcomeTable)
            }
            NodeKey::DestinationTable(purpose, citation) => {
                let wanted = Wanted::of::<DestinationTable>(context)?;
                present(destinations::cited(context, &wanted, &citation, Some(purpose)).await)?
                    .map(Node::DestinationTable)
            }
        })
    }
}

/// What was found; `None` where nothing was.
fn present<T>(found: Result<T, Error>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(graphql_error(error)),
    }
}
