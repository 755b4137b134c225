#include "store/notifier.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

namespace argus::store {
namespace {

constexpr std::array<std::pair<Topic, std::string_view>, 12> kTopicNames{{
    {Topic::kUser, "USER"},
    {Topic::kIam, "IAM"},
    {Topic::kSetting, "SETTING"},
    {Topic::kProject, "PROJECT"},
    {Topic::kInstance, "INSTANCE"},
    {Topic::kDatabase, "DATABASE"},
    {Topic::kSchemaSync, "SCHEMA_SYNC"},
    {Topic::kPlan, "PLAN"},
    {Topic::kPlanCheckRun, "PLAN_CHECK_RUN"},
    {Topic::kIssue, "ISSUE"},
    {Topic::kRollout, "ROLLOUT"},
    {Topic::kTaskRun, "TASK_RUN"},
}};

}  // namespace

std::string_view TopicName(Topic topic) {
  return std::find_if(kTopicNames.begin(), kTopicNames.end(), [&](auto& t) { return t.first == topic; })->second;
}

std::optional<Topic> ParseTopic(std::string_view name) {
  const auto found = std::find_if(kTopicNames.begin(), kTopicNames.end(), [&](auto& t) { return t.second == name; });
  return found == kTopicNames.end() ? std::nullopt : std::optional(found->first);
}

std::vector<Topic> AllTopics() {
  std::vector<Topic> topics;
  for (const auto& [topic, name] : kTopicNames) topics.push_back(topic);
  return topics;
}

Notifier::Notifier() : state_(std::make_shared<State>()) {}

Notifier::Subscription Notifier::Subscribe(Topic topic, Listener listener) {
  std::unique_lock lock(state_->mutex);
  const std::uint64_t id = state_->next_id++;
  state_->entries.emplace(id, State::Entry{topic, std::move(listener)});
  return Subscription(state_, id);
}

void Notifier::Publish(std::span<const Announcement> announcements) {
  std::shared_lock lock(state_->mutex);
  for (const Announcement& announcement : announcements) {
    for (const auto& [id, entry] : state_->entries) {
      if (entry.topic == announcement.topic) entry.listener(announcement);
    }
  }
}

Notifier::Subscription::Subscription(Subscription&& other) noexcept : state_(std::move(other.state_)), id_(other.id_) {}

Notifier::Subscription& Notifier::Subscription::operator=(Subscription&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(id_, other.id_);
  return *this;
}

Notifier::Subscription::~Subscription() {
  if (!state_) return;
  std::unique_lock lock(state_->mutex);
  state_->entries.erase(id_);
}

}  // namespace argus::store
