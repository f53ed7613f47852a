// What a Relay client asks of the contract: a connection to page through, a node to ask again, fragments and variables.
import { graphql } from 'relay-runtime';

export const areas = graphql`
  query questionsAreasQuery($count: Int!, $cursor: String, $kind: AreaKind) {
    ...questionsAreas_query
  }
`;

export const page = graphql`
  fragment questionsAreas_query on Query @refetchable(queryName: "questionsAreasPageQuery") {
    areas(first: $count, after: $cursor, kind: $kind) @connection(key: "questionsAreas_areas") {
      edges {
        node {
          ...questionsArea_area
        }
      }
    }
  }
`;

export const area = graphql`
  fragment questionsArea_area on Area @refetchable(queryName: "questionsAreaQuery") {
    id
    code
    name
    kind
  }
`;

export const outcomes = graphql`
  query questionsOutcomesQuery($input: OutcomesInput!) {
    outcomes(input: $input) {
      tier
      release {
        id
        number
      }
      cells {
        area {
          ...questionsArea_area
        }
        benchmark {
          id
          number
        }
        achievedShare {
          ...questionsEstimate_estimate
        }
      }
    }
  }
`;

export const estimate = graphql`
  fragment questionsEstimate_estimate on Estimate {
    value
    standardError
    bound
    status
    reason
    remedy
  }
`;
