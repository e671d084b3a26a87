{{/*
Kubernetes expands $(VAR) only from entries that stand above, never from envFrom, and Helm sorts keys:
so literals come first, then references, then the values that are composed of both.
dict "root" $ "env" the variables "secrets" the values of `secrets`.
*/}}
{{- define "<% service %>.envOf" -}}
{{- $literals := list -}}
{{- $references := include "<% service %>.secretEnv" . | fromYamlArray -}}
{{- $composed := list -}}
{{- range $name, $value := .env -}}
{{- if kindIs "map" $value -}}
{{- $source := include "<% service %>.envSource" (dict "name" $name "source" $value) | fromYaml -}}
{{- $references = append $references (dict "name" $name "valueFrom" $source) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $entry := dict "name" $name "value" (include "<% service %>.text" $value) -}}
{{- if contains "$(" $entry.value -}}
{{- $composed = append $composed $entry -}}
{{- else -}}
{{- $literals = append $literals $entry -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with concat $literals $references $composed -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{/* The environment of the program itself: dict "root" $ "track" a track. */}}
{{- define "<% service %>.env" -}}
{{- include "<% service %>.envOf" (dict "root" .root "env" .track.env "secrets" .root.Values.secrets) -}}
{{- end -}}

{{- define "<% service %>.envSource" -}}
{{- $reference := pick .source "key" "optional" -}}
{{- if ne (len (pick .source "secret" "configMap" "field" "resource")) 1 -}}
{{- include "<% service %>.refuse" (printf "env.%s: exactly one of secret, configMap, field, resource" .name) -}}
{{- end -}}
{{- if .source.field -}}
fieldRef: {{ dict "fieldPath" .source.field | toJson }}
{{- else if .source.resource -}}
resourceFieldRef: {{ dict "resource" .source.resource | toJson }}
{{- else if and .source.secret .source.key -}}
secretKeyRef: {{ set $reference "name" .source.secret | toJson }}
{{- else if and .source.configMap .source.key -}}
configMapKeyRef: {{ set $reference "name" .source.configMap | toJson }}
{{- else -}}
{{- include "<% service %>.refuse" (printf "env.%s: a secret or configMap needs a key" .name) -}}
{{- end -}}
{{- end -}}

{{/* Keys of the release's own secrets, one by one, because $(VAR) does not see envFrom. */}}
{{- define "<% service %>.secretEnv" -}}
{{- $fullname := include "<% service %>.fullname" .root -}}
{{- $entries := list -}}
{{- range $key := .secrets.create | default dict | keys | sortAlpha -}}
{{- $entries = append $entries (dict "name" $key "valueFrom" (dict "secretKeyRef" (dict "name" $fullname "key" $key))) -}}
{{- end -}}
{{- range $name, $external := .secrets.external | default dict -}}
{{- if not $external.mountPath -}}
{{- $secret := printf "%s-%s" $fullname $name -}}
{{- range $key := $external.keys | keys | sortAlpha -}}
{{- $entries = append $entries (dict "name" $key "valueFrom" (dict "secretKeyRef" (dict "name" $secret "key" $key))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $entries -}}
{{- end -}}

{{- define "<% service %>.envFrom" -}}
{{- $sources := .root.Values.envFrom -}}
{{- if .track.config.env -}}
{{- $sources = prepend $sources (dict "configMapRef" (dict "name" (printf "%s-env" .track.name))) -}}
{{- end -}}
{{- with $sources -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{/* Does any secret reach the environment? Checkers prefer files, and are told when it does. */}}
{{- define "<% service %>.secretsInEnv" -}}
{{- $entries := include "<% service %>.secretEnv" (dict "root" . "secrets" .Values.secrets) | fromYamlArray -}}
{{- range $value := .Values.env -}}
{{- if and (kindIs "map" $value) (get (ternary $value dict (kindIs "map" $value)) "secret") -}}
{{- $entries = append $entries $value -}}
{{- end -}}
{{- end -}}
{{- range .Values.envFrom -}}
{{- if .secretRef -}}
{{- $entries = append $entries . -}}
{{- end -}}
{{- end -}}
{{- if $entries -}}true{{- end -}}
{{- end -}}
