"""APScheduler on a virtual clock: the same jobs, triggers, stores and executors, a whole day in seconds, in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.debug import DebugExecutor
from apscheduler.job import Job
from apscheduler.schedulers.base import STATE_STOPPED, BaseScheduler

from rehearsal.clock import VirtualClock


class VirtualScheduler(BaseScheduler):  # type: ignore[misc]
    """Runs whatever is due at the virtual time, one job after another, and moves the clock on to the next one.

    APScheduler's own loop reads the machine's clock, so this class has a loop of its own; everything else is
    APScheduler's. Two rules keep the machine's clock out of it: every job is added with an explicit `next_run_time`,
    and with `misfire_grace_time=None`.
    """

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(timezone=UTC)
        self._clock = clock
        self._errors: list[Exception] = []
        self.add_executor(DebugExecutor(), "default")
        self.add_listener(self._remember, EVENT_JOB_ERROR)

    def wakeup(self) -> None:
        """Nobody sleeps here."""

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)

    def run_until(self, end: datetime, progress: Callable[[datetime], None] = lambda _now: None) -> int:
        """Run everything due up to and including `end`, in the order of time and then of job id; how many jobs ran.

        :raises Exception: whatever a job raised; the day stops there.
        """
        if self.state == STATE_STOPPED:
            self.start()
        ran = 0
        while (due := self._next_due()) is not None and due <= end:
            now = self._clock.reach(due)
            ran += self._run_due(now)
            progress(now)
        self._clock.reach(end)
        return ran

    def _next_due(self) -> datetime | None:
        times = (store.get_next_run_time() for store in self._jobstores.values())
        return min((time for time in times if time is not None), default=None)

    def _run_due(self, now: datetime) -> int:
        ran = 0
        for alias, store in self._jobstores.items():
            for job in store.get_due_jobs(now):
                ran += self._run(alias, job, now)
        return ran

    def _run(self, alias: str, job: Job, now: datetime) -> int:
        if job.misfire_grace_time is not None:
            raise ValueError(f"job {job.id} has a misfire limit, which the machine's clock would decide")
        run_times = job._get_run_times(now)
        if run_times:
            self._lookup_executor(job.executor).submit_job(job, run_times[-1:] if job.coalesce else run_times)
        if self._errors:
            raise self._errors.pop()
        # The job may have moved the clock itself; what it missed meanwhile is due next.
        job._modify(next_run_time=job.trigger.get_next_fire_time(run_times[-1], now))
        if job.next_run_time:
            self._lookup_jobstore(alias).update_job(job)
        else:
            self.remove_job(job.id, alias)
        return len(run_times)

    def _remember(self, event: JobExecutionEvent) -> None:
        self._errors.append(event.exception)
