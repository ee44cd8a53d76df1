-- Without this a wave of Applications is over as soon as they are there, and the next begins before they are synced.
if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "It is being deleted." }
end
if obj.status == nil or obj.status.health == nil or obj.status.sync == nil then
  return { status = "Progressing", message = "It has not been looked at yet." }
end
-- Nothing is broken in an Application that has not applied anything yet.
if obj.status.sync.status ~= "Synced" and obj.status.health.status == "Healthy" then
  return { status = "Progressing", message = "It is not synced yet." }
end
return { status = obj.status.health.status, message = obj.status.health.message or "" }
