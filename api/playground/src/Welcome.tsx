// The first view: what this is, where a token comes from, and what can be seen without one.
import type { Session } from './ask/session';
import { t } from './words';

export function Welcome({ session }: { session: Session | undefined }) {
  const catalogue = session?.catalogue;
  const has = { frameworks: catalogue?.frameworks.length ?? 0, terms: catalogue?.periods.length ?? 0 };
  return (
    <section className="welcome" aria-label={t('What this is')}>
      <h2>{t('Ask about career-guidance benchmarks, and see how sure the answer is')}</h2>
      <p>
        {t(
          'Schools and colleges assess themselves against career-guidance benchmarks. Here you ask how many achieved them, and where their students went, by area, term and kind of institution. You see groups, never one institution: every number carries protection noise and its 95 % interval, and what would tell about a few institutions is hidden, with the reason and what to ask instead.',
        )}
      </p>
      <ol>
        <li>
          <b>{t('Paste a token above.')}</b> {t('It says who you are. It stays in the memory of this page, and is in no link that you copy.')}
        </li>
        <li>
          <b>{t('Choose an example or fill in the form.')}</b>{' '}
          {t('What it costs, what is left of your budget and how exact the answer would be is told before you press Run.')}
        </li>
        <li>
          <b>{t('Look at the table and the chart, and take them away')}</b> {t('with a citation: anybody with the same agreement gets the same numbers again.')}
        </li>
      </ol>
      <h3>{t('Where a token comes from')}</h3>
      <p>
        {t('The operator of this service gives your organisation a client, and its secret buys tokens at /oauth/token. Whoever has an agreement and no client yet asks the operator.')}{' '}
        {t('A demonstration (exchange serve --demo) prints a token each for a hub, a LEP and a partner abroad when it starts: copy the last word of a line that begins with “token”.')}
      </p>
      <p>
        <a href="#method">{t('What protection does to a number')}</a>
      </p>
      {catalogue ? (
        <>
          <h3>{t('Without a token')}</h3>
          <p>
            {catalogue.release && catalogue.periods.length > 0
              ? t('The catalogue is open to everyone: {frameworks} frameworks, {terms} terms from {first} to {last}, in release {release}.', {
                  ...has,
                  first: catalogue.periods[0],
                  last: catalogue.periods.at(-1)!,
                  release: catalogue.release.number,
                })
              : t('The catalogue is open to everyone: {frameworks} frameworks, {terms} terms.', has)}
            {catalogue.release?.synthetic ? <strong className="synthetic"> {t('synthetic data')}</strong> : null}
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
