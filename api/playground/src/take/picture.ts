// A chart as a file: with its title, its legend and its source in it, dark on white.
import type { Drawn } from '../show/draw';

const SVG = 'http://www.w3.org/2000/svg';

export function asSvg({ svg, legend }: Drawn, title: string, source: string): { text: string; width: number; height: number } {
  const width = Number(svg.getAttribute('width'));
  const inner = Number(svg.getAttribute('height'));
  const element = (name: string, attributes: Record<string, string | number>, text?: string) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const outer = element('svg', { width, 'font-family': 'system-ui, sans-serif', 'font-size': 12, fill: '#1f2933' });
  outer.setAttribute('xmlns', SVG);
  outer.append(element('rect', { width: '100%', height: '100%', fill: '#fff' }));
  let y = 0;
  const lines = (text: string, size: number, fill: string) => {
    for (const line of wrap(text, Math.floor((width - 20) / (size * 0.7)))) {
      y += size * 1.4;
      outer.append(element('text', { x: 10, y, 'font-size': size, fill, ...(size > 12 ? { 'font-weight': 600 } : {}) }, line));
    }
  };
  lines(title, 14, '#1f2933');
  let x = 10;
  if (legend.length) y += 18;
  for (const { text, ink } of legend) {
    const wide = 24 + text.length * 7;
    if (x > 10 && x + wide > width) {
      x = 10;
      y += 18;
    }
    outer.append(element('rect', { x, y: y - 9, width: 10, height: 10, fill: ink }), element('text', { x: x + 14, y }, text));
    x += wide;
  }
  y += 10;
  const drawing = svg.cloneNode(true) as SVGSVGElement;
  drawing.setAttribute('y', String(y));
  drawing.removeAttribute('style');
  outer.append(drawing);
  y += inner + 4;
  lines(source, 10, '#52606d');
  const height = Math.ceil(y + 10);
  outer.setAttribute('height', String(height));
  outer.setAttribute('viewBox', `0 0 ${width} ${height}`);
  return { text: new XMLSerializer().serializeToString(outer), width, height };
}

function wrap(text: string, most: number): string[] {
  const found: string[] = [];
  for (const word of text.split(/\s+/)) {
    for (const piece of word.match(new RegExp(`.{1,${Math.max(8, most)}}`, 'g')) ?? []) {
      const last = found.at(-1);
      if (last !== undefined && last.length + 1 + piece.length <= most) found[found.length - 1] = `${last} ${piece}`;
      else found.push(piece);
    }
  }
  return found;
}

/** The same as pixels, twice as fine as on the screen. */
export async function asPng(picture: { text: string; width: number; height: number }): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width * 2;
  canvas.height = picture.height * 2;
  const context = canvas.getContext('2d')!;
  context.scale(2, 2);
  context.drawImage(image, 0, 0);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('no picture came'))), 'image/png'));
}
