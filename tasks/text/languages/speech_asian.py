"""Who says a sentence in East Asian languages, and in which mood."""

from .speech_table import Speech
from .table import phrases

CHINESE = Speech(
    reports=phrases(
        "说, 說, 认为, 認為, 声称, 聲稱, 写道, 写了, 回答, 觉得, 覺得, 据说, 據說, 告诉, 根据, 猜测, 猜, 传说, 宣称, "
        "主张, 以为, 想, 表示, 按照, 照, 喊, 看来, 会得到, 会得出, 提出"
    ),
    concludes=phrases("所以, 因此, 故, 于是, 从而, 可得, 得到, 得, 即"),
    authorities=phrases("定理, 公式, 题意, 题目, 條件, 条件, 定义, 性质, 法则, 已知, 题, 定律, 图"),
    courtesies=phrases("希望, 如果你, 如果您, 如有, 请告诉, 若有, 如需, 如果还有, 有任何"),
    either=phrases("或, 或者, 或是"),
    both=phrases("和, 与, 及, 且"),
    conditions=phrases("如果, 若, 若是, 要是, 倘若, 的话"),
    unreal=phrases("梦"),
    supposes=phrases(
        "假设, 假設, 假如, 设想, 想象, 在一个, 梦里, 梦中, 开个玩笑, 玩笑, 理论上, 除非, 只要, 万一, 假定, 就算, 即使, 假装, 世界里"
    ),
    selves=phrases("我, 本人"),
    persons=phrases(
        "学生, 老师, 同学, 朋友, 骗子, 小明, 小红, 小李, 邻居, 哥哥, 姐姐, 弟弟, 妹妹, 有人, 他, 她, 教授, 大家"
    ),
    labels=phrases(
        "解, 解答, 解释, 说明, 综上, 综上所述, 结论, 分析, 总结, 因此, 所以, 即, 故, 则, 验证, 检验, 计算, 步骤, 结果, 最后, 最终, "
        "合计, 总计, 解析, 详解, 点评, 答, 于是, 得, 可得, 解题过程, 回答, 过程, 解法, 思路, 解题思路, 步, 题, 问, 选项, 选择"
    ),
    approves=phrases(
        "这, 就是, 是, 的, 最终, 答案, 正确, 正確, 验证, 希望, 对, 你, 您, 有, 帮助, 如, 还有, 问题, 请, 告诉, 我, 符合, "
        "题意, 解答, 完毕, 谢谢, 祝, 好, 所求, 结果, 所以, 因此, 即, 检验, 无误, 成立, 满足, 条件, 其他, 任何, 随时, 提问, 为, 本题, 考查, "
        "完成, 也, 经, 可知, 故, 选, 了"
    ),
    tentative=phrases(
        "错误, 錯誤, 错, 之前, 原来, 旧, 另一, 其他, 估计, 初步, 临时, 别人, 假, 可能, 大概, 某, 上一, 他的, 她的"
    ),
)

JAPANESE = Speech(
    reports=phrases(
        "言った, 言う, 言って, 言い, と言, によると, によれば, 主張, 考えて, 思った, 思う, 思って, と答え, 書いた, "
        "書い, らしい, だそう, だと言, 曰く, 述べ, 叫"
    ),
    concludes=phrases("したがって, よって, ゆえに, だから, 従って, つまり"),
    authorities=phrases("定理, 公式, 条件, 定義, 問題, 法則, 性質"),
    courtesies=phrases("お役に立て, ご不明, 何か, 他に, ご質問, 参考になれば, もし他に"),
    either=phrases("または, 又は, もしくは, あるいは, か"),
    both=phrases("と, および, 及び, かつ"),
    conditions=phrases("もし, ならば, なら, だったら, であれば, れば"),
    unreal=phrases("だったら"),
    supposes=phrases("仮に, 仮定, とする, としよう, 夢の中, 冗談, たとえ, ふりを, 世界"),
    selves=phrases("私, 僕, 俺, わたし, ぼく"),
    persons=phrases(
        "太郎, 花子, 先生, 生徒, 学生, 友達, 友人, 嘘つき, 彼, 彼女, 誰か, 人, 君, さん, くん, ちゃん, 教授, 兄, 姉, 弟, 妹"
    ),
    labels=phrases(
        "解, 解答, 結論, まとめ, したがって, よって, ゆえに, つまり, 検算, 計算, 解説, 結果, 最終, 合計, 手順, 以上, 以上より, "
        "説明, 式, 解法, 確認, 検証, ステップ, 問題, 問, 従って, 選択肢, 回答"
    ),
    approves=phrases(
        "これ, が, は, 最終, 的な, 答え, です, ます, 正しい, 正解, 検算, 確認, しました, でき, ました, お役に立て, ば, 幸い, "
        "ご質問, があれば, お知らせ, ください, 以上, 終わり, と, 一致, し, 条件, を, 満たし, 満たす, よって, したがって, 求める, 値, なります, なり, "
        "に, の, 、"
    ),
    tentative=phrases(
        "間違, 誤, 前の, 古い, 仮, 別の, 他の, 推定, 途中, 暫定, 彼の, 彼女の, 最初の"
    ),
)

KOREAN = Speech(
    reports=phrases(
        "라고, 다고, 말했, 말한, 말하, 주장, 생각했, 생각한, 에 따르면, 따르면, 썼, 적었, 대답, 답했, 외쳤, 추측, 의하면, 듣기로"
    ),
    concludes=phrases("따라서, 그러므로, 그래서, 즉, 결국"),
    authorities=phrases("정리, 공식, 조건, 정의, 문제, 법칙, 성질"),
    courtesies=phrases("도움이, 궁금한, 더 궁금, 질문이, 추가 질문, 이해가, 다른 질문"),
    either=phrases("또는, 혹은"),
    both=phrases("와, 과, 및, 그리고"),
    conditions=phrases("만약, 만일, 이라면, 라면, 다면"),
    unreal=phrases("였다면"),
    supposes=phrases("가정, 상상, 꿈에서, 농담, 장난, 척, 세상에서, 하더라도"),
    selves=phrases("저는, 제가, 나는, 내가, 저, 제"),
    persons=phrases(
        "철수, 영희, 선생님, 학생, 친구, 거짓말쟁이, 그, 그녀, 누군가, 사람, 민수, 교수, 형, 누나, 동생"
    ),
    labels=phrases(
        "따라서, 그러므로, 결론, 풀이, 해설, 정답, 답, 결과, 최종, 검산, 계산, 단계, 설명, 요약, 즉, 합계, 총, 확인, 검증, 해결, 문제, 선택지"
    ),
    approves=phrases(
        "이것이, 이, 최종, 정답, 답, 입니다, 입니다., 맞습니다, 맞, 확인, 했습니다, 됩니다, 되었습니다, 도움, 이 되, 되셨, 되길, 기를, 바랍니다, "
        "질문, "
        "있으면, 있으시면, 알려, 주세요, 말씀해, 감사합니다, 검산, 조건, 을, 를, 만족, 합니다, 따라서, 옳습니다, 올바른, 가, 은, 는, 더, 궁금한, "
        "점, 언제든지, 물어보세요"
    ),
    tentative=phrases("틀린, 잘못된, 이전, 예전, 임시, 다른, 추정, 중간, 그의, 그녀의, 첫, 가짜"),
)

VIETNAMESE = Speech(
    reports=phrases(
        "nói, bảo, cho rằng, nghĩ, tin rằng, viết, trả lời rằng, khẳng định, theo lời, theo bạn, "
        "theo ý, "
        "nghe nói, đoán, tuyên bố, kể"
    ),
    concludes=phrases("vậy, do đó, suy ra, vì vậy, nên, ta được, ta có"),
    authorities=phrases("định lý, định lí, công thức, đề bài, quy tắc, tính chất"),
    courtesies=phrases("hy vọng, hi vọng, nếu bạn, hãy cho, chúc bạn"),
    either=phrases("hoặc, hay"),
    both=phrases("và"),
    conditions=phrases("nếu"),
    unreal=phrases("giá"),
    supposes=phrases(
        "giả sử, giả định, tưởng tượng, hãy tưởng tượng, trong một thế giới, trong mơ, đùa thôi, "
        "ví như, giá mà, giá như"
    ),
    selves=phrases("tôi, mình, em, tớ"),
    persons=phrases(
        "học sinh, giáo viên, thầy, cô, bạn, bạn bè, kẻ nói dối, hàng xóm, anh, chị, ai đó, anh "
        "ấy, cô ấy"
    ),
    labels=phrases(
        "vậy, do đó, kết luận, kết quả, bước, lời giải, bài giải, giải, kiểm tra, tóm lại, tổng "
        "cộng, suy ra, giải thích, "
        "phép tính, cuối cùng, đáp số, thử lại, nên"
    ),
    approves=phrases(
        "đây, là, đáp, án, số, kết, quả, cuối, cùng, đúng, chính, xác, hy, vọng, giúp, ích, cho, "
        "bạn, nếu, có, câu, hỏi, gì, "
        "thêm, hãy, biết, chúc, may, mắn, vậy, thỏa, mãn, điều, kiện, cần, tìm, và, đã, kiểm, "
        "tra, được, điều, này"
    ),
    tentative=phrases("sai, cũ, trước, tạm, ước tính, ước lượng, khác, đầu tiên, nháp"),
)

INDONESIAN = Speech(
    reports=phrases(
        "kata, berkata, mengatakan, bilang, menurut, berpendapat, mengklaim, menulis, menjawab, "
        "percaya, mengira, konon, "
        "katanya, menyatakan, pikir, berpikir, menduga"
    ),
    concludes=phrases("jadi, maka, sehingga, oleh karena itu, dengan demikian, diperoleh, didapat"),
    authorities=phrases("teorema, rumus, soal, aturan, definisi, hukum"),
    courtesies=phrases("semoga, jika ada, silakan, beri tahu, kalau ada, jika kamu, jika anda"),
    either=phrases("atau"),
    both=phrases("dan"),
    conditions=phrases("jika, kalau, apabila"),
    unreal=phrases("seandainya"),
    supposes=phrases(
        "misalkan, andaikan, andai, bayangkan, anggap, anggaplah, dalam mimpi, di dunia, secara "
        "teori, bercanda, umpama, pura-pura"
    ),
    selves=phrases("saya, aku"),
    persons=phrases(
        "siswa, guru, teman, pembohong, murid, tetangga, kakak, adik, seseorang, dia, mereka, "
        "budi, orang"
    ),
    labels=phrases(
        "jadi, maka, kesimpulan, hasil, langkah, solusi, penyelesaian, verifikasi, pemeriksaan, "
        "akhirnya, total, "
        "penjelasan, perhitungan, dengan demikian, ringkasan, jawab, pembahasan"
    ),
    approves=phrases(
        "ini, adalah, jawaban, jawabannya, akhir, akhirnya, benar, tepat, hasil, semoga, "
        "membantu, jika, ada, pertanyaan, "
        "lain, silakan, tanyakan, terima, kasih, selamat, belajar, ya, sudah, diverifikasi, "
        "sesuai, yang, diminta, dan, memenuhi, syarat, semua, itu"
    ),
    tentative=phrases(
        "salah, lama, sebelumnya, sementara, perkiraan, lain, pertama, mungkin, draf, palsu"
    ),
)

THAI = Speech(
    reports=phrases("บอกว่า, พูดว่า, กล่าวว่า, คิดว่า, เชื่อว่า, เขียนว่า, อ้างว่า, ตามที่, ตอบว่า"),
    concludes=phrases("ดังนั้น, เพราะฉะนั้น, จึง, จะได้"),
    authorities=phrases("ทฤษฎีบท, สูตร, โจทย์, กฎ"),
    courtesies=phrases("หวังว่า, หากมี, ถ้ามี"),
    either=phrases("หรือ"),
    both=phrases("และ"),
    conditions=phrases("ถ้า, หาก"),
    unreal=phrases(""),
    supposes=phrases("สมมติ, สมมุติ, จินตนาการ, ในฝัน, ล้อเล่น"),
    selves=phrases("ผม, ฉัน, ดิฉัน"),
    persons=phrases("นักเรียน, ครู, เพื่อน, คนโกหก, เขา, เธอ"),
    labels=phrases("ดังนั้น, สรุป, ผลลัพธ์, วิธีทำ, ตรวจสอบ, รวม, ขั้นตอน, เพราะฉะนั้น, คำอธิบาย, เฉลย"),
    approves=phrases(
        "นี่, คือ, คำตอบ, ที่, ถูกต้อง, สุดท้าย, ตรวจสอบ, แล้ว, หวังว่า, จะ, ช่วย, ได้, ครับ, ค่ะ, เป็น"
    ),
    tentative=phrases("ผิด, เก่า, ก่อนหน้า, ประมาณ, อื่น, ชั่วคราว"),
)
