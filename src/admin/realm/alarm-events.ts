import type { Clock } from '../../clock.js';
import { type Observer, silentObserver } from '../../observe/observer.js';
import { type Alarm, alarmOf } from './alarm.js';

export type AlarmTopic = 'bondy.alarm.raised' | 'bondy.alarm.cleared';

export interface AlarmEventsOptions {
  /** The name of this gateway. */
  readonly node: string;
  /** `base_url` of a service, with secrets masked. */
  readonly endpointOf: (service: string) => string;
  readonly publish: (topic: AlarmTopic, alarm: Alarm) => void;
  readonly clock: Clock;
}

/**
 * Publishes each alarm when it is raised, and again when it is cleared, as Bondy does: the second
 * event has the alarm as it was.
 */
export function createAlarmEvents({ node, endpointOf, publish, clock }: AlarmEventsOptions): Observer {
  const raised = new Map<string, Alarm>();
  return {
    ...silentObserver,
    alarmRaised(service, reason) {
      const facts = { service, endpoint: endpointOf(service), reason, raisedAt: clock.wall() };
      const alarm = alarmOf(facts, node);
      raised.set(service, alarm);
      publish('bondy.alarm.raised', alarm);
    },
    alarmCleared(service) {
      const alarm = raised.get(service);
      raised.delete(service);
      if (alarm !== undefined) publish('bondy.alarm.cleared', alarm);
    },
  };
}
