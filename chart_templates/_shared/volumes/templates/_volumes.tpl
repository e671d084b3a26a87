{{/*
Volumes and mounts of one track, in the same order: writable folders, configuration files, the claim,
secrets as files, and what the values add. dict "root" $ "track" a track.
*/}}
{{- define "<% service %>.volumes" -}}
{{- $values := .root.Values -}}
{{- $fullname := include "<% service %>.fullname" .root -}}
{{- $volumes := list -}}
{{- range $index, $path := $values.tmpDirs -}}
{{- $volumes = append $volumes (dict "name" (printf "tmp-%d" $index) "emptyDir" dict) -}}
{{- end -}}
{{- if .track.config.files -}}
{{- $volumes = append $volumes (dict "name" "config" "configMap" (dict "name" (printf "%s-files" .track.name))) -}}
{{- end -}}
{{- $volumes = concat $volumes (include "<% service %>.claimVolume" .root | fromYamlArray) -}}
{{- range $name, $files := $values.secrets.files -}}
{{- $secret := merge (dict "secretName" $files.secret) (omit $files "secret" "mountPath") -}}
{{- $volumes = append $volumes (dict "name" $name "secret" $secret) -}}
{{- end -}}
{{- range $name, $external := $values.secrets.external -}}
{{- if $external.mountPath -}}
{{- $secret := dict "secretName" (printf "%s-%s" $fullname $name) -}}
{{- $volumes = append $volumes (dict "name" $name "secret" $secret) -}}
{{- end -}}
{{- end -}}
{{- range $name, $csi := $values.secrets.csi -}}
{{- $attributes := dict "secretProviderClass" (printf "%s-%s" $fullname $name) -}}
{{- $driver := dict "driver" "secrets-store.csi.k8s.io" "readOnly" true "volumeAttributes" $attributes -}}
{{- $volumes = append $volumes (dict "name" $name "csi" $driver) -}}
{{- end -}}
{{- range $name, $source := $values.volumes -}}
{{- $volumes = append $volumes (merge (dict "name" $name) $source) -}}
{{- end -}}
{{- with $volumes -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- define "<% service %>.volumeMounts" -}}
{{- $values := .root.Values -}}
{{- $mounts := list -}}
{{- range $index, $path := $values.tmpDirs -}}
{{- $mounts = append $mounts (dict "name" (printf "tmp-%d" $index) "mountPath" $path) -}}
{{- end -}}
{{- if .track.config.files -}}
{{- $mounts = append $mounts (dict "name" "config" "mountPath" $values.config.mountPath "readOnly" true) -}}
{{- end -}}
{{- $mounts = concat $mounts (include "<% service %>.claimMount" .root | fromYamlArray) -}}
{{- range $sources := list $values.secrets.files $values.secrets.external $values.secrets.csi -}}
{{- range $name, $source := $sources -}}
{{- if $source.mountPath -}}
{{- $mounts = append $mounts (dict "name" $name "mountPath" $source.mountPath "readOnly" true) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $known := keys ($values.volumes | default dict) -}}
{{- range $mounts -}}
{{- $known = append $known .name -}}
{{- end -}}
{{- range $values.volumeMounts -}}
{{- if not (has .name $known) -}}
{{- include "<% service %>.refuse" (printf "volumeMounts: there is no volume %s, add it to volumes" .name) -}}
{{- end -}}
{{- end -}}
{{- with concat $mounts ($values.volumeMounts | default list) -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}
