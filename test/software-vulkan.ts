import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Environment in which WebGPU runs on a software Vulkan driver out of a Debian package, or why there is none. */
export async function softwareVulkan(): Promise<Record<string, string> | string> {
  const script = pathToFileURL(resolve('scripts/software-vulkan.mjs')).href;
  const { softwareVulkan: unpacked } = (await import(script)) as { softwareVulkan(): Promise<Record<string, string>> };
  return unpacked().catch((error: Error) => `no software driver: ${error.message.split('\n')[0]}`);
}
