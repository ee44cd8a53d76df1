-- Health of a Knative Service, Broker, Trigger or PingSource, by its conditions (Lua 5.1, without libraries).
-- Argo CD has none for eventing: a broken Trigger would count as nothing. Its own for Services believes what the
-- controller said of the object before the change that was just applied.
local wanted = { "Ready" }
if obj.kind == "Service" then
  wanted = { "Ready", "ConfigurationsReady", "RoutesReady" }
end

if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "It is being deleted." }
end
if obj.status == nil or obj.status.conditions == nil then
  return { status = "Progressing", message = "Its controller has not said anything yet." }
end
if obj.status.observedGeneration ~= nil and obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "Its controller has not seen the last change yet." }
end

local found = {}
for _, condition in ipairs(obj.status.conditions) do
  found[condition.type] = condition
end

local status = "Healthy"
local message = ""
for _, kind in ipairs(wanted) do
  local condition = found[kind]
  local said = "Unknown"
  if condition ~= nil then
    said = condition.status
  end
  if said ~= "True" then
    if said == "False" then
      status = "Degraded"
    elseif status == "Healthy" then
      status = "Progressing"
    end
    message = message .. kind .. " is " .. said
    if condition ~= nil and condition.reason ~= nil and condition.reason ~= "" then
      message = message .. " (" .. condition.reason .. ")"
    end
    if condition ~= nil and condition.message ~= nil and condition.message ~= "" then
      message = message .. ": " .. condition.message
    end
    message = message .. ". "
  end
end
return { status = status, message = message }
