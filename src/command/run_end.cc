#include "command/run_end.h"

#include "command/rollout_work.h"
#include "store/database_store.h"
#include "store/revision_store.h"

namespace argus::command {
namespace {

Result<v1::Revision> RecordRevision(Work& work, const v1::Rollout& rollout, const v1::Task& task, const v1::TaskRun& run) {
  ARGUS_ASSIGN(const auto sheet, domain::SheetName::Parse(task.sheet()));
  ARGUS_ASSIGN(const auto database, domain::DatabaseName::Parse(task.target()));
  v1::Revision revision;
  revision.set_sheet(task.sheet());
  revision.set_sheet_sha256(sheet.sha256);
  revision.set_task_run(run.name());
  revision.set_plan(rollout.plan());
  revision.set_issue(rollout.issue());
  revision.set_creator(run.creator());
  return store::InsertRevision(work.tx(), database, std::move(revision));
}

// The schema after the change is filled in by the sync that this announces.
Status RecordReceipt(Work& work, const v1::Rollout& rollout, const v1::Task& task, const v1::TaskRun& run) {
  ARGUS_ASSIGN(const auto revision, RecordRevision(work, rollout, task, run));
  ARGUS_ASSIGN(const auto database, domain::DatabaseName::Parse(task.target()));
  v1::Changelog changelog;
  changelog.set_revision(revision.name());
  changelog.set_task_run(run.name());
  ARGUS_ASSIGN(*changelog.mutable_schema_before(), store::GetSchemaFingerprint(work.tx(), database));
  ARGUS_RETURN_IF_ERROR(store::InsertChangelog(work.tx(), database, std::move(changelog)));
  work.tx().Announce(store::Topic::kSchemaSync, task.target());
  return Ok();
}

}  // namespace

Status ApplyRunEnd(Work& work, ChangeMetrics& metrics, const domain::TaskRunName& name, const v1::TaskRun& run) {
  ARGUS_ASSIGN(auto rollout, RolloutWork::Load(work, metrics, name.Task().Rollout()));
  ARGUS_ASSIGN(v1::Task* const task, rollout.Find(name.Task().ToString()));
  ARGUS_RETURN_IF_ERROR(rollout.Change(*task, domain::TaskEventFor(run.state())));
  if (run.state() == v1::TaskRun::DONE) {
    ARGUS_RETURN_IF_ERROR(RecordReceipt(work, rollout.rollout(), *task, run));
  } else {
    ARGUS_RETURN_IF_ERROR(rollout.CancelSuccessors(*task));
  }
  ARGUS_RETURN_IF_ERROR(rollout.Settle({run.creator(), run.override_freeze_reason(), task->environment()}));
  return Ok();
}

}  // namespace argus::command
