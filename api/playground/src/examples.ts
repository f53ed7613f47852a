// The questions that stand in the tabs of a fresh page.

const estimate = `fragment Number on Estimate {
  value
  standardError
  bound
  status
  reason
  remedy
}
`;

export const examples = [
  {
    name: 'Each LEP of England',
    query: `# Each LEP of England: schools with the most disadvantaged intakes.
# Paste a token above first. Then press Ctrl-Enter.
query Leps {
  outcomes(
    input: {
      framework: "GATSBY-2014"
      areas: ["E92000001"]
      areaKind: LEP
      where: [{ dimension: DISADVANTAGE, in: ["4", "5"] }]
    }
  ) {
    release { number synthetic }
    framework { code }
    tier
    purpose
    summary { published hidden { reason count } }
    citation
    cells {
      area { code name }
      period { code }
      benchmark { number code title }
      categories { dimension code label }
      institutions
      achievedShare { ...Number }
      meanScore { ...Number }
    }
  }
}

${estimate}`,
  },
  {
    name: 'Academies of a region, by phase',
    query: `# Academies of the North East by phase of education.
query Phases {
  outcomes(
    input: {
      framework: "GATSBY-2014"
      areas: ["E12000001"]
      areaKind: REGION
      by: [PHASE]
      where: [{ dimension: TYPE, in: ["academy"] }]
    }
  ) {
    release { number synthetic }
    tier
    summary { published hidden { reason count } }
    cells {
      area { code name }
      period { code }
      benchmark { number title }
      categories { dimension code label }
      institutions
      achieved { ...Number }
      achievedShare { ...Number }
      meanScore { ...Number }
    }
    overall {
      area { code name }
      period { code }
      categories { dimension code label }
      institutions
      meanAchieved { ...Number }
      shareWithAll { ...Number }
    }
  }
}

${estimate}`,
  },
  {
    name: 'Hong Kong beside the North East',
    query: `# Hong Kong's regions beside the North East, term by term: open the Chart.
# In Hong Kong's numbering; England comes in through the crosswalk.
query HongKongAndNorthEast {
  outcomes(
    input: {
      framework: "HKBM-2019"
      areas: ["HK", "E12000001"]
      areaKind: REGION
      mapped: true
      periods: ["202324T1", "202324T2", "202324T3", "202425T1", "202425T2", "202425T3"]
    }
  ) {
    release { number synthetic }
    tier
    summary { published hidden { reason count } }
    cells {
      area { code name }
      period { code }
      benchmark { number title }
      categories { dimension code label }
      institutions
      comparability
      achievedShare { ...Number }
    }
  }
}

${estimate}`,
  },
  {
    name: 'The catalogue',
    query: `# The catalogue is open to everyone, token or not.
query Catalogue {
  viewer {
    organisation { code name }
    agreements { area { code name } tier purposes }
  }
  frameworks { code title benchmarks { number title } }
  periods { code endsOn }
  dimensions { dimension allowed categories { code label } }
  areas(kind: LEP, first: 50) { totalCount nodes { code name } }
}
`,
  },
];
