// The token: kept in memory only, never stored, never in a URL. Tells who it speaks for and what they may ask.
import { useEffect, useState } from 'react';

import { ask } from './endpoint';

type Viewer = {
  organisation: { code: string; name: string } | null;
  agreements: { area: { name: string }; tier: string; purposes: string[] }[];
};

const question = '{ viewer { organisation { code name } agreements { area { code name } tier purposes } } }';
const anonymous = 'No token: the catalogue only';

export function TokenBox({ onToken }: { onToken: (token: string) => void }) {
  const [text, setText] = useState('');
  const [who, setWho] = useState(anonymous);
  const token = text.trim();

  useEffect(() => {
    onToken(token);
    if (!token) {
      setWho(anonymous);
      return;
    }
    let current = true;
    // Typing waits for its end; a paste is there at once either way.
    const timer = setTimeout(() => describe(token).then((told) => current && setWho(told)), 150);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [token, onToken]);

  return (
    <form onSubmit={(event) => event.preventDefault()}>
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

async function describe(token: string): Promise<string> {
  try {
    const answer = await ask({ query: question }, token);
    if (answer.errors?.length) return `Refused: ${answer.errors[0].message}`;
    const { organisation, agreements } = answer.data.viewer as Viewer;
    if (!organisation) return 'The organisation of this token is not known here';
    const may = agreements.map(
      ({ area, tier, purposes }) => `${area.name} (${tier.toLowerCase()}; purpose ${purposes.join(', ')})`,
    );
    return `${organisation.name}: may ask about ${may.join(' and ') || 'its own results only'}`;
  } catch {
    return 'The service does not answer';
  }
}
