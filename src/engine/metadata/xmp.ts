import type { Guidance } from '../../shared/guidance';

/** How a result was made. */
export type Provenance = {
  readonly model: string;
  readonly guidance: Guidance;
  readonly scale: number;
  readonly version: string;
};

const NAMESPACE = 'https://github.com/pisa-upscale/ns/1.0/';

/**
 * The XMP of a result: the source's, with its orientation reset and without its thumbnails, and how
 * the result was made. Undefined when there is nothing to write.
 */
export function xmpFor(
  source: Buffer | undefined,
  keepLocation: boolean,
  provenance: Provenance | undefined,
): string | undefined {
  let text = source && cleaned(source.toString('utf8'), keepLocation);
  // A packet that is no RDF can't be added to.
  if (text !== undefined && !text.includes('</rdf:RDF>')) text = undefined;
  if (!provenance) return text;
  const added = description(provenance);
  if (text !== undefined) return text.replace('</rdf:RDF>', `${added}</rdf:RDF>`);
  return (
    `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta ` +
    'xmlns:x="adobe:ns:meta/"><rdf:RDF ' +
    `xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${added}</rdf:RDF></x:xmpmeta><?xpacket ` +
    'end="w"?>'
  );
}

function cleaned(text: string, keepLocation: boolean): string {
  let result = text
    .replace(/(tiff:Orientation=)(["'])\d+\2/g, '$1$21$2')
    .replace(/(<tiff:Orientation>)\d+(<\/tiff:Orientation>)/g, '$11$2')
    .replace(/<xmp:Thumbnails>[\s\S]*?<\/xmp:Thumbnails>/g, '');
  if (!keepLocation)
    result = result
      .replace(/\sexif:GPS\w+=(["'])[\s\S]*?\1/g, '')
      .replace(/<exif:GPS(\w+)[^>]*>[\s\S]*?<\/exif:GPS\1>/g, '');
  return result;
}

function description({ model, guidance, scale, version }: Provenance): string {
  const values = {
    Software: `PiSA Upscale ${version}`,
    Model: model,
    PixelGuidance: String(guidance.pixel),
    SemanticGuidance: String(guidance.semantic),
    Scale: String(scale),
  };
  const attributes = Object.entries(values).map(
    ([name, value]) => `pisa:${name}="${escaped(value)}"`,
  );
  return `<rdf:Description rdf:about="" xmlns:pisa="${NAMESPACE}" ${attributes.join(' ')}/>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
