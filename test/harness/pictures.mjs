// Small pictures made at test time, the same bytes on every run.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/** A gradient with a few shapes: enough structure to see in a screenshot what was upscaled. */
export async function writePicture(file, width, height = width) {
  const unit = Math.min(width, height);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="#1d3557"/><stop offset="1" stop-color="#f4a261"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/>
    <circle cx="${width * 0.35}" cy="${height * 0.4}" r="${unit * 0.22}" fill="#e9c46a"/>
    <path d="M0 ${height} L${width * 0.6} ${height * 0.45} L${width} ${height}" fill="#264653"/>
    <path d="M0 ${height * 0.8} L${width} ${height * 0.7}" stroke="#fff" stroke-width="${unit * 0.02}"/>
  </svg>`;
  await mkdir(path.dirname(file), { recursive: true });
  await sharp(Buffer.from(svg)).toFile(file);
  return file;
}
