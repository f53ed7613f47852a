// The token: kept in memory only, never stored, never in an address. Tells who it speaks for, what they may ask and when it ends.
import { useEffect, useState } from 'react';

import { words } from '../show/tables';
import { open, type Session } from './session';

type Props = { session: Session | undefined; onSession: (session: Session) => void };

export function TokenBox({ session, onSession }: Props) {
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
  }, [token, onSession]);

  const who = describe(session);
  return (
    <form className="token" onSubmit={(event) => event.preventDefault()}>
      <label htmlFor="token">Token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="paste a bearer token"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {token ? (
        <button type="button" onClick={() => setText('')}>
          Forget
        </button>
      ) : null}
      <output htmlFor="token" title={who}>
        {who}
      </output>
    </form>
  );
}

function describe(session: Session | undefined): string {
  if (!session) return 'Asking the service …';
  if (session.refused) return `Refused: ${session.refused}`;
  if (!session.token) return 'No token: the catalogue only';
  const { viewer, until } = session;
  if (!viewer?.organisation) return 'The organisation of this token is not known here';
  const may = viewer.agreements.map(({ area, tier, purposes }) => `${area.name} (${words(tier)}; purpose ${purposes.join(', ')})`);
  const ends = until ? `, until ${until.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}` : '';
  return `${viewer.organisation.name}: may ask about ${may.join(' and ') || 'its own results only'}${ends}`;
}
