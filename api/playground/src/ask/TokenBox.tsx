// The token: kept in memory only, never stored, never in an address. Tells who it speaks for, what they may ask and when it ends.
import { useEffect, useState } from 'react';

import { words } from '../show/tables';
import { open, type Session } from './session';
import { languageNow, listed, t, type Language } from '../words';

type Props = { session: Session | undefined; onSession: (session: Session) => void; language: Language };

export function TokenBox({ session, onSession, language }: Props) {
  const [text, setText] = useState('');
  const token = text.trim();

  useEffect(() => {
    let current = true;
    // Typing waits for its end; a paste is there at once either way.
    const timer = setTimeout(() => open(token).then((told) => current && onSession(told)), token ? 150 : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // In another language the catalogue has other names.
  }, [token, onSession, language]);

  const who = describe(session);
  return (
    <form className="token" onSubmit={(event) => event.preventDefault()}>
      <label htmlFor="token">{t('Token')}</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder={t('paste a bearer token')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {token ? (
        <button type="button" onClick={() => setText('')}>
          {t('Forget')}
        </button>
      ) : null}
      <output htmlFor="token" title={who}>
        {who}
      </output>
    </form>
  );
}

function describe(session: Session | undefined): string {
  if (!session) return t('Asking the service …');
  if (session.refused) return t('Refused: {why}', { why: session.refused });
  if (!session.token) return t('No token: the catalogue only');
  const { viewer, until } = session;
  if (!viewer?.organisation) return t('The organisation of this token is not known here');
  const may = viewer.agreements.map(({ area, tier, purposes }) => t('{area} ({tier}; purpose {purposes})', { area: area.name, tier: words(tier), purposes: listed(purposes) }));
  const about = { organisation: viewer.organisation.name, areas: may.join(t(' and ')) || t('its own results only') };
  if (!until) return t('{organisation}: may ask about {areas}', about);
  const time = until.toLocaleString(languageNow() === 'en' ? 'en-GB' : 'zh-HK', { dateStyle: 'medium', timeStyle: 'short' });
  return t('{organisation}: may ask about {areas}, until {until}', { ...about, until: time });
}
