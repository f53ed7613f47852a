// The first view: what this is, where a token comes from, and what can be seen without one.
import type { Session } from './ask/session';

export function Welcome({ session }: { session: Session | undefined }) {
  const catalogue = session?.catalogue;
  return (
    <section className="welcome" aria-label="What this is">
      <h2>Ask about career-guidance benchmarks, and see how sure the answer is</h2>
      <p>
        Schools and colleges assess themselves against career-guidance benchmarks. Here you ask how many achieved them, and where their
        students went, by area, term and kind of institution. You see groups, never one institution: every number carries protection noise and
        its 95 % interval, and what would tell about a few institutions is hidden, with the reason and what to ask instead.
      </p>
      <ol>
        <li>
          <b>Paste a token above.</b> It says who you are. It stays in the memory of this page, and is in no link that you copy.
        </li>
        <li>
          <b>Choose an example or fill in the form.</b> What it costs, what is left of your budget and how exact the answer would be is told
          before you press <i>Run</i>.
        </li>
        <li>
          <b>Look at the table and the chart, and take them away</b> with a citation: anybody with the same agreement gets the same numbers again.
        </li>
      </ol>
      <h3>Where a token comes from</h3>
      <p>
        The operator of this service gives your organisation a client, and its secret buys tokens at <code>/oauth/token</code>. Whoever has an agreement and
        no client yet asks the operator. A demonstration (<code>exchange serve --demo</code>) prints a token each for a hub, a LEP and a
        partner abroad when it starts: copy the last word of a line that begins with <code>token</code>.
      </p>
      {catalogue ? (
        <>
          <h3>Without a token</h3>
          <p>
            The catalogue is open to everyone: {catalogue.frameworks.length} frameworks, {catalogue.periods.length} terms
            {catalogue.periods.length > 0 ? ` from ${catalogue.periods[0]} to ${catalogue.periods.at(-1)}` : ''}
            {catalogue.release ? `, in release ${catalogue.release.number}` : ''}.
            {catalogue.release?.synthetic ? <strong className="synthetic"> synthetic data</strong> : null}
          </p>
          <ul>
            {catalogue.frameworks.map(({ code, title, jurisdiction }) => (
              <li key={code}>
                <b>{code}</b> {title}, {jurisdiction}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}
