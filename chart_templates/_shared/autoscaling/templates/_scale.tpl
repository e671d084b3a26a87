{{/*
How many pods a track has: dict "root" $ "track" a track "values" what is special about it. A canary keeps
its number; a track without pods has no autoscaler, which would raise it to its minimum.
*/}}
{{- define "<% service %>.scale" -}}
{{- $scaling := .root.Values.autoscaling -}}
{{- $replicas := ternary .values.replicas .root.Values.replicas (hasKey .values "replicas") | int -}}
{{- $canary := eq .track.channel "canary" -}}
{{- $autoscaled := and $scaling.enabled (not $canary) (gt $replicas 0) -}}
{{- $guarded := and (not $canary) (gt (int (ternary $scaling.minReplicas $replicas $autoscaled)) 1) -}}
{{- dict "replicas" $replicas "autoscaled" $autoscaled "guarded" $guarded | toJson -}}
{{- end -}}
