import type { Surroundings } from './surroundings.ts';

/** One task of the demonstration; the parameters of some are the result of another. */
export interface PlannedTask {
  readonly task_name: string;
  readonly after?: string;
  params(resultOfTheOther: unknown): Readonly<Record<string, unknown>>;
}

const ENCRYPT = 'tasks.web.certificate.encrypt_certificate_data';

/** One of each of the nine tasks, with parameters that work on any machine. */
export function nineTasks(surroundings: Surroundings): readonly PlannedTask[] {
  const { folder, host, serverName, certificate } = surroundings;
  const task = (task_name: string, params: Readonly<Record<string, unknown>>): PlannedTask => ({
    task_name,
    params: () => params,
  });
  return [
    task('tasks.web.system.analyze_resources', { sample_ms: 300 }),
    task('tasks.web.system.analyze_cleanup_statistics', { folders: [folder], older_than_days: 30 }),
    task('tasks.web.system.analyze_file_cleanup_patterns', { folders: [folder] }),
    task('tasks.web.certificate.validate_certificate_batch', {
      certificates: [{ pem: certificate, label: serverName, hostname: serverName }],
      trusted_certificates: certificate,
    }),
    task(ENCRYPT, { data: `the certificate of ${serverName}` }),
    {
      task_name: 'tasks.web.certificate.decrypt_certificate_data',
      after: ENCRYPT,
      params: (result) => ({ encrypted: (result as { readonly encrypted?: unknown } | null)?.encrypted }),
    },
    task('tasks.web.diagnostics.analyze_network_performance', {
      host,
      port: surroundings.echoPort(),
      probe: 'echo',
      tries: 5,
      interval_ms: 50,
    }),
    task('tasks.web.diagnostics.analyze_connectivity_matrix', {
      hosts: [host],
      ports: [surroundings.echoPort(), surroundings.tlsPort()],
    }),
    task('tasks.web.diagnostics.analyze_ssl_certificates', {
      endpoints: [{ host, port: surroundings.tlsPort(), server_name: serverName }],
      trusted_certificates: certificate,
    }),
  ];
}
