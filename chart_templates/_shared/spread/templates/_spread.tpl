{{/* Constraints that keep the replicas of one track apart: dict "root" $ "track" a track. */}}
{{- define "<% service %>.spread" -}}
{{- $scope := . -}}
{{- with .root.Values.topologySpread -}}
{{- if .enabled -}}
{{- range .topologyKeys }}
- topologyKey: {{ . | quote }}
  maxSkew: {{ int $scope.root.Values.topologySpread.maxSkew }}
  whenUnsatisfiable: {{ $scope.root.Values.topologySpread.whenUnsatisfiable }}
  labelSelector:
    matchLabels:
      {{- include "<% service %>.trackSelector" $scope | nindent 6 }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
