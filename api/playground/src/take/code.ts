// The question as code to paste. The token is named, never written.
import type { Text } from '../ask/rewrite';

export const languages = ['curl', 'Python', 'R', 'Power Query'] as const;
export type Language = (typeof languages)[number];

export function codeFor(language: Language, { query, variables }: Text, path: string): string {
  const address = new URL('graphql', location.href).href;
  const body = JSON.stringify({ query, ...(variables && Object.keys(variables).length ? { variables } : {}) });
  const steps = path ? path.split('.') : [];
  switch (language) {
    case 'curl':
      return `# The token stands in the variable TOKEN.
curl -s ${address} \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '${body.replaceAll("'", "'\\''")}'
`;
    case 'Python':
      return `# pip install requests pandas. The token stands in the environment variable TOKEN.
import os

import pandas as pd
import requests

query = ${python(query)}
variables = ${variables && Object.keys(variables).length ? `__import__("json").loads(${JSON.stringify(JSON.stringify(variables))})` : '{}'}

response = requests.post(
    ${JSON.stringify(address)},
    json={"query": query, "variables": variables},
    headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},
    timeout=60,
)
answer = response.json()
if answer.get("errors"):
    raise SystemExit(answer["errors"][0]["message"])
table = pd.json_normalize(answer["data"]${steps.map((step) => `[${JSON.stringify(step)}]`).join('')}, sep="_")
print(table)
`;
    case 'R':
      return `# install.packages(c("httr2", "jsonlite")). The token stands in the environment variable TOKEN.
library(httr2)

query <- ${r(query)}
variables <- ${variables && Object.keys(variables).length ? `jsonlite::fromJSON(${r(JSON.stringify(variables))}, simplifyVector = FALSE)` : 'NULL'}

answer <- request(${JSON.stringify(address)}) |>
  req_auth_bearer_token(Sys.getenv("TOKEN")) |>
  req_body_json(Filter(Negate(is.null), list(query = query, variables = variables))) |>
  req_error(is_error = function(response) FALSE) |>
  req_perform() |>
  resp_body_string() |>
  jsonlite::fromJSON(flatten = TRUE)
if (!is.null(answer$errors)) stop(answer$errors$message[[1]])
table <- answer$data${steps.map((step) => `$${step}`).join('')}
print(table)
`;
    case 'Power Query':
      return `// A parameter named Token holds the token: Home, Manage Parameters. Sign in as Anonymous.
let
    Body = Json.FromValue([query = ${m(query)}${variables && Object.keys(variables).length ? `, variables = Json.Document(${m(JSON.stringify(variables))})` : ''}]),
    Answer = Json.Document(Web.Contents(${m(new URL('.', address).href.replace(/\/$/, ''))}, [
        RelativePath = "graphql",
        Headers = [#"Authorization" = "Bearer " & Token, #"Content-Type" = "application/json"],
        Content = Body
    ])),
    Entries = Answer[data]${steps.map((step) => `[${step}]`).join('')},
    Result = Table.FromRecords(Entries)
in
    Result
`;
  }
}

const python = (text: string) => `"""\\\n${text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"')}"""`;
const r = (text: string) => `r"---(${text})---"`;
const m = (text: string) => `"${text.replaceAll('"', '""').replaceAll('\n', '#(lf)')}"`;
