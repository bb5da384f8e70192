/** Generated from the migrated schema by `npm run generate`. Do not edit. */
import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = JsonValue;

export type JsonArray = JsonValue[];

export type JsonObject = {
  [x: string]: JsonValue | undefined;
};

export type JsonPrimitive = boolean | number | string | null;

export type JsonValue = JsonArray | JsonObject | JsonPrimitive;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface AuditLog {
  action: string;
  at: Generated<Timestamp>;
  details: Generated<Json>;
  environment_id: string | null;
  id: Generated<number>;
  result: string;
  target: string;
  user_id: string;
}

export interface AuthSessions {
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: Generated<string>;
  ip: string | null;
  last_used_at: Generated<Timestamp>;
  previous_refresh_token_hash: string | null;
  refresh_token_hash: string;
  revoked_at: Timestamp | null;
  rotated_at: Timestamp | null;
  user_agent: string | null;
  user_id: string;
}

export interface DeletedEnvironments {
  deleted_at: Generated<Timestamp>;
  id: string;
}

export interface DeployKeys {
  created_at: Generated<Timestamp>;
  environment_id: string;
  private_key_sealed: string;
  public_key: string;
}

export interface DeploymentLines {
  at: Timestamp | null;
  deployment_id: string;
  sequence: number;
  stream: string;
  text: string;
}

export interface Deployments {
  app_id: string;
  cancel_requested_at: Timestamp | null;
  coolify_deployment_id: string | null;
  created_at: Generated<Timestamp>;
  deploy_mark: Json | null;
  ended_at: Timestamp | null;
  environment_id: string;
  first_sequence: Generated<number>;
  id: Generated<string>;
  last_sequence: Generated<number>;
  log_digest: string | null;
  log_reads_left: Generated<number>;
  log_truncated: Generated<boolean>;
  metadata: Generated<Json>;
  refused_count: Generated<number>;
  requested_by: string | null;
  send_count: Generated<number>;
  sent_at: Timestamp | null;
  started_at: Timestamp | null;
  status: string;
  updated_at: Generated<Timestamp>;
}

export interface EnvironmentApplications {
  app_id: string;
  created_at: Generated<Timestamp>;
  environment_id: string;
}

export interface EnvironmentKeys {
  client_private_key_sealed: string;
  client_public_key: string;
  created_at: Generated<Timestamp>;
  environment_id: string;
  host_private_key_sealed: string;
  host_public_key: string;
}

export interface Environments {
  awake_reason: string | null;
  branch: Generated<string>;
  container_id: string | null;
  cpu_limit: Generated<number>;
  created_at: Generated<Timestamp>;
  desired_state: Generated<string>;
  disk_bytes: number | null;
  generation: Generated<number>;
  held_until: Timestamp | null;
  id: Generated<string>;
  idle_since: Timestamp | null;
  idle_stop_minutes: number | null;
  image: Generated<string>;
  kept_work_id: string | null;
  last_activity_at: Timestamp | null;
  memory_bytes: Generated<number>;
  name: string;
  repository_url: string | null;
  status: Generated<string>;
  status_reason: string | null;
  updated_at: Generated<Timestamp>;
  user_id: string;
  workspace_ready_at: Timestamp | null;
}

export interface Events {
  created_at: Generated<Timestamp>;
  data: Json;
  environment_id: string;
  id: Generated<number>;
  type: string;
  user_id: string;
}

export interface GitCredentials {
  created_at: Generated<Timestamp>;
  host: string;
  id: Generated<string>;
  last_four: string;
  last_used_at: Timestamp | null;
  token_sealed: string;
  updated_at: Generated<Timestamp>;
  user_id: string;
  username: string | null;
}

export interface GitDeviceFlows {
  created_at: Generated<Timestamp>;
  device_code_sealed: string;
  expires_at: Timestamp;
  id: Generated<string>;
  interval_seconds: number;
  next_poll_at: Timestamp;
  state: Generated<string>;
  user_id: string;
}

export interface IdempotencyKeys {
  answer: Json | null;
  claimed_at: Generated<Timestamp>;
  created_at: Generated<Timestamp>;
  fingerprint: string;
  key: string;
  location: string | null;
  status: number | null;
  user_id: string;
}

export interface KeptWork {
  branch: string | null;
  bytes: number;
  commits: number;
  created_at: Generated<Timestamp>;
  environment_id: string;
  environment_name: string;
  expires_at: Timestamp;
  files: number;
  heads: Generated<Json>;
  id: Generated<string>;
  is_complete: boolean;
  repository_url: string | null;
  sha256: string;
  stashes: number;
  user_id: string;
}

export interface OperationLines {
  created_at: Generated<Timestamp>;
  id: Generated<number>;
  line: string;
  operation_id: string;
}

export interface Operations {
  created_at: Generated<Timestamp>;
  deadline_at: Timestamp | null;
  environment_id: string;
  error: Json | null;
  finished_at: Timestamp | null;
  generation: Generated<number>;
  id: Generated<string>;
  kind: string;
  requested_by: string | null;
  started_at: Timestamp | null;
  state: string;
  steps: Generated<Json>;
}

export interface Sessions {
  branch: string | null;
  created_at: Generated<Timestamp>;
  environment_id: string;
  id: Generated<string>;
  last_activity: Timestamp | null;
  name: string | null;
  owns_branch: Generated<boolean>;
  restored_at: Timestamp | null;
  status: Generated<string>;
  tmux_session_name: string;
  updated_at: Generated<Timestamp>;
  working_directory: Generated<string>;
}

export interface SessionShares {
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  mode: string;
  session_id: string;
  user_id: string;
}

export interface Users {
  created_at: Generated<Timestamp>;
  disabled_at: Timestamp | null;
  email: string;
  id: Generated<string>;
  name: string;
  password_hash: string | null;
  role: string;
  updated_at: Generated<Timestamp>;
}

export interface WorkerPools {
  id: string;
  seen_at: Generated<Timestamp>;
}

export interface DB {
  audit_log: AuditLog;
  auth_sessions: AuthSessions;
  deleted_environments: DeletedEnvironments;
  deploy_keys: DeployKeys;
  deployment_lines: DeploymentLines;
  deployments: Deployments;
  environment_applications: EnvironmentApplications;
  environment_keys: EnvironmentKeys;
  environments: Environments;
  events: Events;
  git_credentials: GitCredentials;
  git_device_flows: GitDeviceFlows;
  idempotency_keys: IdempotencyKeys;
  kept_work: KeptWork;
  operation_lines: OperationLines;
  operations: Operations;
  session_shares: SessionShares;
  sessions: Sessions;
  users: Users;
  worker_pools: WorkerPools;
}
