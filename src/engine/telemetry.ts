import process from 'node:process';

/**
 * Keeps onnxruntime from collecting data: from 1.29 its builds for Linux and macOS write a device id and an event store below the
 * user's cache folder and send them to Microsoft. To be called on the main thread, where setting a variable reaches native
 * code, before the library loads in any thread. What the user set stands.
 */
export function refuseTelemetry(env: NodeJS.ProcessEnv = process.env): void {
  env.ORT_DISABLE_TELEMETRY ??= '1';
}
