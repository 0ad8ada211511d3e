/** 함수 상태의 이름. */
export const words = {
  "state.ready": "정상",
  "state.zero": "0개로 축소됨",
  "state.starting": "시작 중",
  "state.progressing": "업데이트 중",
  "state.canary": "카나리",
  "state.shadow": "섀도",
  "state.failed": "업데이트 실패",
  "state.crashing": "반복 종료",
};
