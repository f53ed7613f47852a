// Dark or light: as the system has it, until somebody chooses for this visit.
import { useEffect, useState } from 'react';

export function useTheme(): [boolean, () => void] {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const [dark, setDark] = useState(system.matches);
  useEffect(() => {
    const follow = (event: MediaQueryListEvent) => setDark(event.matches);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
    // The same list every time.
  }, []);
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
  return [dark, () => setDark(!dark)];
}
