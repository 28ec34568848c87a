import { ROUNDING, LUMA } from './blend';
import { DIFFERENCE_GAIN, HEAT_RAMP, MAP_BRIGHTNESS } from './heat';
import { HEAT_TAPS, LEAST_WEIGHT, TAPS } from './sampling';

/** A number as GLSL wants it. */
const float = (value: number): string =>
  Number.isInteger(value) ? value.toFixed(1) : String(value);
const [, LOW, MIDDLE, HIGH] = HEAT_RAMP;

/** What `uKind` can be. `RAW` gives the result's pixels as they are, for reading back. */
export const SHADER_KINDS = { side: 0, difference: 1, map: 2, raw: 3 } as const;

/** One triangle that covers everything. */
export const VERTEX_SHADER = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}
`;

/**
 * Colours are counted in [0,255] as on the CPU, premultiplied from the moment a pixel is read. Each
 * store is one texture array a layer; its slices are the store's blocks. See sampling.ts for how it
 * is read.
 */
export const FRAGMENT_SHADER = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2DArray;

struct Source {
  ivec2 size;      // of the level
  int level;
  int bits;        // log2 of a block's side at the level
  int columns;     // slots beside each other
  bool windowed;   // only some blocks have a slot: see PixelStore
  ivec2 first, slots;
  vec2 perPixel;
  vec2 footprint;
};
struct Layers {
  bool original;   // uOriginal itself instead of layers
  bool alpha;
  vec2 lambda;
  float dim;
  bool exact;
  ivec2 exactOrigin, exactSize;
  int exactColumns;
};

uniform sampler2DArray uOriginal;
uniform sampler2DArray uBase, uPixel, uSemantic, uExact;
uniform sampler2DArray uBaseA, uPixelA, uSemanticA, uExactA;
uniform Source uOriginalSource, uSource, uSourceA;
uniform Layers uLayers, uLayersA;
uniform vec2 uHeatFootprint;
uniform float uHeatScale;
uniform int uKind;
uniform vec2 uCorner;      // the picture's, in screen pixels
uniform float uFlip;       // the canvas's height, or 0 where rows go upward
uniform int uChecker;      // side of a square in screen pixels, 0 for none
uniform vec3 uBackground, uCheckerLight, uCheckerDark, uHeatLow, uHeatHigh;

out vec4 outColour;

/** Premultiplied by alpha and by what is known. */
struct Seen { vec3 colour; float alpha; float known; };

ivec3 place(ivec2 texel, int bits, int columns) {
  ivec2 block = texel >> bits;
  return ivec3(texel - (block << bits), block.y * columns + block.x);
}

/** Whether a texel has a slot. */
bool isHeld(ivec2 texel, Source s) {
  if (!s.windowed) return true;
  ivec2 inWindow = (texel >> s.bits) - s.first;
  return all(greaterThanEqual(inWindow, ivec2(0))) && all(lessThan(inWindow, s.slots));
}

ivec3 slotOf(ivec2 texel, Source s) {
  if (!s.windowed) return place(texel, s.bits, s.columns);
  ivec2 block = texel >> s.bits;
  ivec2 slot = block % s.slots;
  return ivec3(texel - (block << s.bits), slot.y * s.columns + slot.x);
}

/** 8 bits as they were stored. */
vec3 levels(vec3 value) { return floor(value * 255.0 + 0.5); }

Seen layersTexel(sampler2DArray base, sampler2DArray pixel, sampler2DArray semantic, sampler2DArray exact, Source s, Layers l, ivec2 texel) {
  if (!isHeld(texel, s)) return Seen(vec3(0.0), 0.0, 0.0);
  ivec3 at = slotOf(texel, s);
  vec4 i00 = texelFetch(base, at, s.level);
  vec4 i10 = vec4(0.0, 0.0, 0.0, 1.0);
  if (l.lambda != vec2(0.0) || l.alpha) i10 = texelFetch(pixel, at, s.level);
  vec3 colour = levels(i00.rgb);
  if (l.lambda != vec2(0.0)) {
    vec3 base8 = colour;
    vec3 pixel8 = levels(i10.rgb);
    colour += l.lambda.x * (pixel8 - base8);
    if (l.lambda.y != 0.0) colour += l.lambda.y * (levels(texelFetch(semantic, at, s.level).rgb) - pixel8);
    colour = floor(clamp(colour, 0.0, 255.0) + ${float(ROUNDING)});
  }
  float known = i00.a;
  if (l.exact) {
    ivec2 inExact = texel - l.exactOrigin;
    if (all(greaterThanEqual(inExact, ivec2(0))) && all(lessThan(inExact, l.exactSize))) {
      vec4 made = texelFetch(exact, place(inExact, s.bits, l.exactColumns), s.level);
      known = max(known, made.a);
      colour = mix(colour, levels(made.rgb), i00.a > 0.0 ? made.a : 1.0);
    }
  }
  float alpha = l.alpha ? i10.a : 1.0;
  return Seen(colour * alpha * known, alpha * known, known);
}

Seen originalTexel(ivec2 texel) {
  vec4 colour = texelFetch(uOriginal, place(texel, uOriginalSource.bits, uOriginalSource.columns), uOriginalSource.level);
  return Seen(levels(colour.rgb) * colour.a, colour.a, 1.0);
}

/** The part of the footprint that lies in a texel, along one axis. */
float part(float texel, float low, float footprint) {
  float part = (min(texel + 1.0, low + footprint) - max(texel, low)) / footprint;
  return part < ${float(LEAST_WEIGHT)} ? 0.0 : part;
}

Seen scaled(Seen sum, float weight) { return Seen(sum.colour / weight, sum.alpha / weight, sum.known / weight); }

Seen added(Seen sum, Seen more, float weight) {
  return Seen(sum.colour + more.colour * weight, sum.alpha + more.alpha * weight, sum.known + more.known * weight);
}

Seen seeOriginal(vec2 pixel) {
  Source s = uOriginalSource;
  vec2 low = (pixel + 0.5) * s.perPixel - s.footprint * 0.5;
  vec2 first = floor(low);
  Seen sum = Seen(vec3(0.0), 0.0, 0.0);
  float weight = 0.0;
  for (int y = 0; y < ${TAPS}; y++) {
    float texelY = first.y + float(y);
    float weightY = part(texelY, low.y, s.footprint.y);
    if (weightY <= 0.0) continue;
    for (int x = 0; x < ${TAPS}; x++) {
      vec2 texel = vec2(first.x + float(x), texelY);
      float w = weightY * part(texel.x, low.x, s.footprint.x);
      if (w <= 0.0) continue;
      ivec2 inside = clamp(ivec2(texel), ivec2(0), s.size - 1);
      sum = added(sum, originalTexel(inside), w);
      weight += w;
    }
  }
  return scaled(sum, weight);
}

/** Keys' kernel, as the model's own base is made. */
vec4 cubic(float t) {
  vec4 d = vec4(1.0 + t, t, 1.0 - t, 2.0 - t);
  vec4 near = (1.5 * d - 2.5) * d * d + 1.0;
  vec4 far = ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0;
  return vec4(far.x, near.y, near.z, far.w);
}

/** The original, enlarged smoothly. */
Seen seeEnlarged(vec2 pixel) {
  Source s = uOriginalSource;
  if (s.perPixel.x >= 1.0 || s.perPixel.y >= 1.0) return seeOriginal(pixel);
  vec2 at = (pixel + 0.5) * s.perPixel - 0.5;
  vec2 first = floor(at);
  vec4 across = cubic(at.x - first.x);
  vec4 down = cubic(at.y - first.y);
  Seen sum = Seen(vec3(0.0), 0.0, 0.0);
  for (int y = 0; y < 4; y++) {
    for (int x = 0; x < 4; x++) {
      ivec2 inside = clamp(ivec2(first) + ivec2(x - 1, y - 1), ivec2(0), s.size - 1);
      sum = added(sum, originalTexel(inside), across[x] * down[y]);
    }
  }
  return sum;
}

Seen seeLayers(sampler2DArray base, sampler2DArray pixel, sampler2DArray semantic, sampler2DArray exact, Source s, Layers l, vec2 at) {
  vec2 low = (at + 0.5) * s.perPixel - s.footprint * 0.5;
  vec2 first = floor(low);
  Seen sum = Seen(vec3(0.0), 0.0, 0.0);
  float weight = 0.0;
  for (int y = 0; y < ${TAPS}; y++) {
    float texelY = first.y + float(y);
    float weightY = part(texelY, low.y, s.footprint.y);
    if (weightY <= 0.0) continue;
    for (int x = 0; x < ${TAPS}; x++) {
      vec2 texel = vec2(first.x + float(x), texelY);
      float w = weightY * part(texel.x, low.x, s.footprint.x);
      if (w <= 0.0) continue;
      ivec2 inside = clamp(ivec2(texel), ivec2(0), s.size - 1);
      sum = added(sum, layersTexel(base, pixel, semantic, exact, s, l, inside), w);
      weight += w;
    }
  }
  return scaled(sum, weight);
}

float residual(vec2 at) {
  Source s = uSource;
  vec2 low = (at + 0.5) * s.perPixel - uHeatFootprint * 0.5;
  vec2 first = floor(low);
  float sum = 0.0;
  float weight = 0.0;
  for (int y = 0; y < ${HEAT_TAPS}; y++) {
    float texelY = first.y + float(y);
    float weightY = part(texelY, low.y, uHeatFootprint.y);
    if (weightY <= 0.0) continue;
    for (int x = 0; x < ${HEAT_TAPS}; x++) {
      vec2 texel = vec2(first.x + float(x), texelY);
      float w = weightY * part(texel.x, low.x, uHeatFootprint.x);
      if (w <= 0.0) continue;
      ivec2 inside = clamp(ivec2(texel), ivec2(0), s.size - 1);
      if (isHeld(inside, s)) sum += w * texelFetch(uSemantic, slotOf(inside, s), s.level).a * 255.0;
      weight += w;
    }
  }
  return sum / weight;
}

/** What lies under transparency. */
vec3 under(vec2 pixel) {
  if (uChecker == 0) return uBackground;
  ivec2 square = ivec2(floor(pixel / float(uChecker)));
  return ((square.x + square.y) & 1) == 0 ? uCheckerLight : uCheckerDark;
}

/** What is known, in front of what lies under it. */
vec3 knownPart(Seen seen, vec2 pixel) { return seen.colour + (seen.known - seen.alpha) * under(pixel); }

/** The original where nothing is known. */
vec3 pendingPart(Seen seen, float dim, vec2 pixel) {
  if (seen.known >= 1.0) return vec3(0.0);
  Seen original = seeEnlarged(pixel);
  vec3 colour = original.colour + (1.0 - original.alpha) * under(pixel);
  return (1.0 - seen.known) * mix(colour, uBackground, dim);
}

vec3 mapped(vec3 colour, float known, vec2 pixel) {
  float strength = residual(pixel) * uHeatScale;
  float low = clamp((strength - ${float(LOW.at)}) / ${float(MIDDLE.at - LOW.at)}, 0.0, 1.0);
  float high = clamp((strength - ${float(MIDDLE.at)}) / ${float(HIGH.at - MIDDLE.at)}, 0.0, 1.0);
  float opacity = ${float(MIDDLE.opacity)} * low + ${float(HIGH.opacity - MIDDLE.opacity)} * high;
  vec3 grey = vec3(dot(colour, vec3(${LUMA.map(float).join(', ')})) * ${float(MAP_BRIGHTNESS)});
  return mix(grey, mix(uHeatLow, uHeatHigh, high) * known, opacity);
}

void main() {
  vec2 canvas = floor(gl_FragCoord.xy);
  if (uFlip > 0.0) canvas.y = uFlip - 1.0 - canvas.y;
  vec2 pixel = canvas - uCorner;
  Seen seen;
  if (uLayers.original) seen = seeOriginal(pixel);
  else seen = seeLayers(uBase, uPixel, uSemantic, uExact, uSource, uLayers, pixel);
  if (uKind == ${SHADER_KINDS.raw}) {
    outColour = seen.known < 1.0 || seen.alpha == 0.0 ? vec4(0.0) : vec4(seen.colour / seen.alpha / 255.0, seen.alpha);
    return;
  }
  vec3 colour;
  if (uKind == ${SHADER_KINDS.difference}) {
    Seen other;
    if (uLayersA.original) other = seeOriginal(pixel);
    else other = seeLayers(uBaseA, uPixelA, uSemanticA, uExactA, uSourceA, uLayersA, pixel);
    colour = abs(seen.colour - other.colour) * ${float(DIFFERENCE_GAIN)} * min(seen.known, other.known);
  } else {
    colour = knownPart(seen, pixel);
    if (uKind == ${SHADER_KINDS.map}) colour = mapped(colour, seen.known, pixel);
    colour += pendingPart(seen, uLayers.dim, pixel);
  }
  outColour = vec4(colour / 255.0, 1.0);
}
`;
