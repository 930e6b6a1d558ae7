import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import sharp from 'sharp';
import { decodeRgb, imageFacts, imageSize, readPixels } from '../../src/image/codec.js';
import { readTiffTags } from '../../src/image/tiff-tags.js';
import { openSafetensors } from '../../src/storage/safetensors.js';
import { temporaryFolder } from '../temporary.js';

/** Images in every format and mode that Pillow writes, and what Pillow decodes them to: see fixtures/make.py. */
const FIXTURES = 'test/image/fixtures';
const FILES = join(FIXTURES, 'files');

test('every format and mode decodes byte for byte as Pillow', async (t) => {
  const pillow = await openSafetensors(join(FIXTURES, 'pillow.safetensors'));
  t.after(() => pillow.close());
  assert.deepEqual([...pillow.names].sort(), readdirSync(FILES).sort(), 'an expectation a file');
  assert.ok(pillow.names.length > 200);
  for (const name of pillow.names) {
    await t.test(name, async () => {
      const path = join(FILES, name);
      const expected = await pillow.read(name);
      const { width, height, channels, data } = await decodeRgb(path);
      assert.deepEqual([height, width, channels], expected.shape);
      assert.deepEqual(await imageSize(path), { width, height }, 'the size from the header');
      assert.ok(Buffer.from(data).equals(Buffer.from(expected.data as Uint8Array)), 'the same bytes');
    });
  }
});

test('imageFacts tells formats, depth, alpha, turn, profile, pages and loss', async () => {
  const facts = async (name: string): Promise<string> => {
    const { format, colour, bits, alpha, orientation, profile, lossy, pages } = await imageFacts(join(FILES, name));
    return [
      `${format} ${colour} ${bits}`,
      ...(alpha ? ['alpha'] : []),
      ...(orientation === 1 ? [] : [`turn ${orientation}`]),
      ...(profile ? ['profile'] : []),
      ...(lossy ? ['lossy'] : []),
      ...(pages === 1 ? [] : [`${pages} pages`]),
    ].join(', ');
  };
  const expected = {
    'RGB-0.png': 'png rgb 8',
    '1-0.png': 'png grey 1',
    'P4-0.png': 'png palette 2',
    'LA16.png': 'png grey 16, alpha',
    'I16-raw.tif': 'tiff grey 16',
    'P-tiff_lzw.tif': 'tiff palette 8',
    'CMYK-95.jpg': 'jpeg cmyk 8, lossy',
    'RGB-jpeg.tif': 'tiff rgb 8, lossy',
    'turn6.jpg': 'jpeg rgb 8, turn 6, lossy',
    'profile.png': 'png rgb 8, profile',
    'RGBA-lossless.webp': 'webp rgb 8, alpha',
    'RGB-lossy.webp': 'webp rgb 8, lossy',
    'P16-0.bmp': 'bmp palette 8',
    'fields-BGRA-56.bmp': 'bmp rgb 8, alpha',
    'RGBA-0.bmp': 'bmp rgb 8',
    'colour16.bmp': 'bmp rgb 5',
    'pages.tif': 'tiff rgb 8, 2 pages',
  };
  for (const [name, wanted] of Object.entries(expected)) assert.equal(await facts(name), wanted, name);
});

test('a window brings the values between its ends to 0…255, rounded and clamped; 8-bit images ignore it', async () => {
  const path = join(FILES, 'I16-0.png');
  const { data: stored } = await readPixels(path);
  const { data } = await decodeRgb(path, { window: [1000, 5095] });
  stored.forEach((value, i) => {
    assert.equal(data[i * 3], Math.max(0, Math.min(255, Math.floor(((value - 1000) * 255) / 4095 + 0.5))));
  });
  const plain = join(FILES, 'RGB-0.png');
  assert.deepEqual(await decodeRgb(plain, { window: [10, 20] }), await decodeRgb(plain));
  await assert.rejects(decodeRgb(path, { window: [7, 7] }), /window = 7, 7/);
});

test('deeper than 16 bits needs a window', async () => {
  const path = join(FIXTURES, 'masks', '1-float.tif');
  await assert.rejects(decodeRgb(path), /1-float\.tif has 32 bits a channel, whose range is not known\. Convert it/);
  const { data } = await decodeRgb(path, { window: [0, 2] });
  assert.deepEqual([...new Set(data)], [0, 128]);
});

test('a CMYK image is converted with a note that names it', async () => {
  const notes: string[] = [];
  await decodeRgb(join(FILES, 'CMYK-95.jpg'), { note: (text) => notes.push(text) });
  await decodeRgb(join(FILES, 'RGB-95.jpg'), { note: (text) => notes.push(text) });
  assert.equal(notes.length, 1);
  assert.match(notes[0], /CMYK-95\.jpg is a CMYK image/);
});

test('interlaced PNG and BigTIFF, which Pillow does not write, decode as their plain forms', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['RGB-0.png', 'P16-0.png', 'L-0.png', 'I16-0.png']) {
    const plain = sharp(join(FILES, name));
    const { isPalette = false } = await plain.metadata();
    const deep = name.startsWith('I16');
    const kept = deep ? plain.toColourspace('grey16') : plain;
    const path = join(folder, name);
    await writeFile(path, await kept.png({ progressive: true, palette: isPalette, dither: 0 }).toBuffer());
    assert.equal((await sharp(path).metadata()).isProgressive, true);
    assert.deepEqual((await decodeRgb(path)).data, (await decodeRgb(join(FILES, name))).data, name);
  }
  const big = join(folder, 'big.tif');
  await writeFile(big, await sharp(join(FILES, 'RGB-0.png')).tiff({ bigtiff: true, compression: 'lzw' }).toBuffer());
  assert.equal(readTiffTags(await readFile(big))?.photometric, 2);
  assert.deepEqual((await decodeRgb(big)).data, (await decodeRgb(join(FILES, 'RGB-0.png'))).data);
});

test('what cannot be read names the file, the cause and a fix that fits', async (t) => {
  const folder = await temporaryFolder(t);
  const say = (name: string, content: string | Buffer): Promise<string> =>
    writeFile(join(folder, name), content)
      .then(() => decodeRgb(join(folder, name)))
      .then(
        () => 'read',
        (error: Error) => error.message,
      );
  assert.match(await say('a.png', ''), /a\.png: it is empty\. Replace it/);
  assert.match(await say('b.png', 'words, words and more words'), /b\.png: .*format.*\. Convert it to PNG, JPEG/);
  assert.match(await say('c.bmp', `BM${'\0'.repeat(40)}`), /c\.bmp: its BMP header of 0 bytes is not read/);
  const tiff = await readFile(join(FILES, 'RGB-raw.tif'));
  const photometric = readTiffTags(tiff)!;
  assert.match(
    await say('d.tif', photometric.withPhotometric(6)),
    /d\.tif is a TIFF in YCbCr without JPEG, which is not/,
  );
  assert.match(
    await say('e.tif', photometric.withPhotometric(8)),
    /e\.tif is a TIFF in Lab colours, which is not read/,
  );
  const gif = await sharp(join(FILES, 'RGB-0.png')).gif().toBuffer();
  assert.match(await say('f.png', gif), /f\.png is a gif image, a format that is not read\. Convert it to PNG/);
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
  assert.match(await say('g.png', drawing), /g\.png is a svg image, a format that is not read/);
  await assert.rejects(decodeRgb(folder), /: it is a folder\. Give a file/);
  await assert.rejects(decodeRgb(join(folder, 'none.png')), /none\.png: there is no such file\. Check the path/);
  await assert.rejects(imageSize(join(folder, 'none.png')), /none\.png: there is no such file\. Check the path/);
});
