// What is asked: a connection to page through, a table, and a node to ask again. The compiler reads it, nothing runs it.
import { graphql } from 'relay-runtime';

graphql`
  query questionsAreasQuery($count: Int!, $cursor: String) {
    ...questionsAreas_query
  }
`;

graphql`
  fragment questionsAreas_query on Query @refetchable(queryName: "questionsAreasPageQuery") {
    areas(first: $count, after: $cursor, kind: LEP) @connection(key: "questionsAreas_areas") {
      totalCount
      edges {
        node {
          code
          name
        }
      }
    }
  }
`;

graphql`
  query questionsOutcomesQuery($input: OutcomesInput!) {
    outcomes(input: $input) {
      ...questionsTable_table
    }
  }
`;

graphql`
  fragment questionsTable_table on OutcomeTable @refetchable(queryName: "questionsTableQuery") {
    id
    citation
    cells {
      area {
        code
      }
      benchmark {
        number
      }
      achievedShare {
        value
        standardError
        status
        reason
      }
    }
  }
`;
