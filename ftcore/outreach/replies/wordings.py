"""How people say yes, no and the rest, as patterns over folded words (`folding`).

The words are kept apart from what is made of them (`cues`, `rules`).
"""

from __future__ import annotations

import re

WRONG = re.compile(
    r"\b(?:mauvais|faux|pas le bon|pas au bon|mauvaise) (?:numero|personne|destinataire|tel\w*|nom)\b"
    r"|\b(?:erreur|trompe\w*) (?:de |sur le |sur la |sur )?(?:numero|personne|destinataire|telephone|nom)\b"
    r"|\bvous (?:vous )?(?:etes |avez |faites )?(?:du |bien |surement |certainement "
    r"|sans doute )*(?:tromp\w+|erreur|une erreur)"
    r"|\b(?:tu |t )(?:te |t es |es )*tromp\w+ de"
    r"|\b(?:il y a|surement une|sans doute une|doit y avoir une|c est une|une) erreur\b(?! (?:dans|sur mon"
    r"|sur l offre|de frappe|de ma part))"
    r"|\b(?:ce n est|c est|n est) pas (?:du tout )?(?:moi|la bonne personne|le bon numero|a moi"
    r"|pour moi que|(?:mon|son|sa|le) (?:numero|telephone) |mon nom|mon prenom|cette personne|lui|elle"
    r"|monsieur|madame|mr|mme)\b"
    r"|\b(?:ne )?connais (?:pas|aucun|personne)\b(?! (?:encore|l entreprise|ce metier|la ville|le metier"
    r"|ce poste|le coin|bien|l adresse|votre|trop|cette ville|ce secteur))"
    r"|\b(?:plus|pas) (?:le|son|a|au) (?:bon )?(?:numero|telephone) (?:de|a)\b|\bn est plus (?:son|le"
    r"|a son|joignable|a ce)\b|\ba change de (?:numero|telephone)\b"
    r"|\b(?:c est|je suis|ici|moi c est) (?:sa |ca |son |la |le )(?:mere|maman|pere|papa|femme|mari|epouse"
    r"|epoux|fille|fils|soeur|frere|conjoint\w*|compagn\w+|voisin\w*|colocataire|cousin\w*|ex|mari"
    r"|belle \w+|beau \w+|tante|oncle|patron|copine|copain|coloc)\b"
    r"|\b(?:numero|telephone) (?:de |a )(?:mon |ma |sa |son )(?:mere|pere|femme|mari|fille|fils|soeur|frere)\b"
    r"|\b(?:personne|pas|aucun\w*) (?:de |d )(?:ce nom|cette personne)\b"
    r"|\bpersonne (?:ici )?(?:ne )?s appelle\b|\b(?:habite|vit|travaille) plus (?:ici|la|avec)\b"
    r"|\b(?:il|elle|mon (?:mari|fils|frere|pere)|ma (?:femme|fille|mere|soeur)|monsieur|madame) (?:est "
    r"|vient d etre |n est plus )(?:decede\w*|mort\w*|de ce monde)\b|\best decede\w*\b"
    r"|\b(?:pas|jamais|plus) (?:ete )?inscrit\w* (?:a |chez |au )?(?:pole|france|l anpe|vous|votre)"
    r"|\bsuis pas (?:demandeu\w+|chomeu\w+|au chomage|a la recherche|inscrit\w*)\b|\b(?:suis"
    r"|moi) (?:\w+ )?retraite\w*\b"
    r"|\bpas moi (?:que vous|la personne|le|qui|desole)\b|\b(?:c est )?pas moi$|\bqui est (?:ce "
    r"|cette )?(?:monsieur|madame|mr|mme|personne)\b|\bn est pas (?:le )?sien\b"
    r"|\bwrong (?:number|person)\b|\bvous avez (?:pas )?(?:le )?(?:mauvais|faux)\b|\bautre personne\b"
    r"|\bmessage (?:n est )?pas pour moi\b|\bconfond\w*|\bhomonyme\b|\bpas la bonne (?:personne|ligne"
    r"|adresse)|(?:pas|plus|personne) (?:\w+ ){0,3}a ce numero\b|\b(?:mon|ma|son|sa) (?:ancien"
    r"|ancienne) (?:colocataire|proprietaire|locataire|mari|femme|compagn\w+)\b|\bc est qui ce\b"
    r"|\bpas (?:a moi|moi) que vous\b|\bn habite plus (?:ici|la)|\bpas concerne\w*\b|\b(?:monsieur"
    r"|madame) est (?:mort|decede)|\bvous etes (?:chez|sur le telephone)|\bici (?:la|le|c est) (?!poste)"
    r"|\b(?:recupere|nouveau|herite) (?:ce |de ce |proprietaire|titulaire|possesseur|detenteur)"
    r"|\b(?:il|elle) (?:n )?(?:est|habite) (?:pas|plus) (?:la|ici)\b|\b(?:transmet\w*|passe\w*"
    r"|fais suivre) (?:le message|a (?:mon|ma))\b|\bmessage (?:ne )?m est pas (?:destine|adresse)"
    r"|\bpas destine\w*\b"
)
NAMED = re.compile(
    r"(?i:(?:je (?:ne )?suis|j'?suis|chui|c'?est|je m'?appelle) pas) (?i:m\.?|mr|mme|monsieur"
    r"|madame)? ?[A-ZÉÈÀ][a-zéèêëïîôç]{2,}"
)

CALL_ME = re.compile(
    r"\b(?:r?appelle|r?appelez|r?appeler|telephone|telephoner|contactez|contacter|joindre|joignez) (?:moi|nous)\b"
    r"|\b(?<!arrete de )(?<!arretez de )(?:me|m) (?:r?appel(?!le pas)\w+|entretenir avec"
    r"|mettre en relation|bipp?er|expliquer de vive|telephon\w+|passer un (?:coup de fil|appel)|joindre"
    r"|contacter|phoner|faire (?:r?appeler|un appel)|recontacter|fixer|proposer un (?:rendez|creneau)"
    r"|rencontrer|recevoir|voir)\b"
    r"|\b(?:parler|discuter|echanger|voir ca|en parler|explique\w*|dire) (?:\w+ ){0,4}(?:de vive voix"
    r"|au telephone|par telephone|avec (?:quelqu|un |une |le cons|ma cons|mon cons|vous)|a (?:quelqu|un "
    r"|une |mon cons|ma cons)|directement|en face|vive voix)"
    r"|\b(?:parler|parlez|causer) (?:a|avec) (?!mon (?!cons)|ma (?!cons)|un robot|ma femme)|\b(?:un "
    r"|une )(?:vrai\w* )?(?:personne|humain|etre humain|conseiller) (?:svp|au|pour|reel|s il)"
    r"|\bconseiller (?:s il|svp)|\b(?:vrai|vraie) (?:personne|conseiller|humain)\b|\bcreneau\b"
    r"|\ba l oral\b|\b(?:passez|passer) (?:moi )?(?:quelqu|un conseiller|une personne)|\b(?:faites"
    r"|faire) (?:moi )?r?appeler|\bse fait un (?:tel|appel|telephone)|\bpuis je (?:vous )?(?:rencontrer"
    r"|voir|parler|appeler)|\bavoir (?:quelqu un|un conseiller|une personne|mon conseiller)"
    r"|\b(?:prefere|prefererais|veux|voudrais|aimerais|souhaite|plutot|mieux) (?:\w+ ){0,4}(?:telephone"
    r"|vive voix|appel|rendez vous|entretien|rencontrer|vous voir|en face|r?appel\w*|oral|physique)\b"
    r"|(?<!ai un )(?<!deja un )(?<!deja )\brendez vous\b(?! (?:medical|chez|medecin|dentiste|a l hopital"
    r"|ce jour|important))|\b(?:r?appel|coup de fil|coup de telephone|coup de tel"
    r"|un appel) (?:\w+ ){0,3}(?:s il|svp|merci|possible|demain|ce |cet |lundi|mardi|mercredi|jeudi"
    r"|vendredi|matin|apres|quand)"
    r"|\b(?:attends?|dispo\w*|joignable|libre) (?:\w+ ){0,2}(?:votre |un |de votre |pour un |par |au "
    r"|vos )?(?:r?appel\w*|coup de fil|telephone)\b|\bjoignable\b"
    r"|\b(?:passer|venir|passe|viens) (?:\w+ ){0,3}(?:vous voir|agence|bureau|directement|au pole"
    r"|a france)|\bse (?:voir|rencontrer|parler|telephoner|r?appeler)\b|\bvous rencontrer\b|\bvous voir\b"
    r"|\bcall me\b"
    r"|\b(?:r?appel\w*) (?:plutot|quand vous|des que|a partir|apres|avant|vers|entre|demain|ce soir"
    r"|ce matin|cet|lundi|mardi|mercredi|jeudi|vendredi|dans|svp|s il)\b|^(?:r?appel|r?appelez|r?appeler"
    r"|telephone|conseiller)$"
    r"|\bcoup de (?:fil|telephone|bigo)\b|\b(?:appelez|appeler) (?:plutot |sur |le |au |mon |a )"
    r"|\b(?:on (?:peut|pourrait)|peut on|pourrait on|possible de|possible d) (?:\w+ ){0,2}(?:s appeler"
    r"|se parler|en parler|en discuter|discuter|appel\w*|rencontrer|voir)"
)
NO_CALL = re.compile(
    r"\b(?:ne |n )?(?:m |me )(?:r?appel\w+|telephon\w+) (?:pas|plus)\b|\bpas (?:de |d |par )(?:appel"
    r"|telephone)\b|\bpas (?:de |besoin de )?(?:me |m )(?:r?appel|telephon)\w*"
    r"|\b(?:personne|jamais|vous (?:ne |n )?(?:m )?avez pas|on (?:ne )?m a pas|toujours pas) (?:\w+ ){0,3}r?appel\w*"
)
MAY_CALL = re.compile(
    r"\b(?:vous )?pouvez (?:me |m )(?:r?appel\w+|contacter|joindre|telephoner|recontacter)"
    r"|\bje suis joignable\b|\bjoignable (?:tout|a tout|toute|tous)\b"
)

ASKS = re.compile(
    r"\b(?:combien|quel|quelle|quels|quelles|comment|est ce qu\w*|est ce (?:un|une|a|en|bien|que)"
    r"|c est (?:ou|quoi|qui|quand|quel\w*|pour (?:quand|quoi|qui)|de quel|combien|a quel\w*|dans quel\w*"
    r"|quoi|comment|bien (?:a|dans|pour))"
    r"|ou (?:est|se|c est|ca|exactement|precisement|est ce)|d ou|se (?:trouve|situe)|y a t il|y a ti il"
    r"|peut on|puis je|pourquoi (?!pas)|qui (?:etes|es|est|m|vous|ecrit|envoie)|quoi (?:comme|exactement"
    r"|consiste)|qu est ce|en quoi|faut (?:il|t il|avoir|quoi|le|un|une|etre|quel)|ca (?:paie|salaire"
    r"|commence|consiste|se passe|se situe|dure)"
    r"|savoir (?:si|ou|combien|quel\w*|comment|quand|plus|quoi|le|la|les|l|de|qui|c)|en savoir|plus (?:d "
    r"|de )(?:info\w*|detail\w*|precision\w*|renseignement\w*|explication\w*)|(?:des|d autres|aurai\w*"
    r"|avoir (?:les |des |le |plus de )?|quelques|besoin d|besoin de|connaitre (?:les|le|la|l)"
    r"|indiquer (?:les|le|la|l)|preciser (?:les|le|la|l)|(?:r?envoy|donn|dit|communiqu)\w+ (?:moi )?(?:les"
    r"|des|la|l|le|plus d)) (?:info\w*|detail\w*|precision\w*|renseignement\w*|fiche|adresse|offre"
    r"|descriptif|horaires|annonce|lien|salaire)"
    r"|(?:info|detail\w*|precision\w*|renseignement\w*) (?:s il|svp|sur|merci|en plus|supplementaire\w*)"
    r"|renseignements?|precisez|precisions?|c est (?:un |une |du |en |a |des |dans |de )?(?:cdi|cdd"
    r"|interim|temps (?:plein|partiel)|mi temps|teletravail|quelle entreprise|35h|nuit|salaire)\b"
    r"|expliquez|dites (?:moi|m en)|dis moi|de quoi|lequel|laquelle|(?:a|en|pour|dans|sur|de|jusqu a"
    r"|depuis) quel\w*|quand (?:est|commence|debute|faut|c est|ca|vous|le|on|dois))\b"
    r"|\bquand$|\bet (?:le|les|la) (?:salaire|horaires|paie|lieu|contrat|prime|repas|trajet|transport"
    r"|planning)\b|^(?:le |les |quel )?(?:salaire|horaires|lieu|adresse|contrat|entreprise|ville"
    r"|info)(?: s il vous plait| merci)*$|\bsalaire s il\b|\badresse s il\b"
)
# A wish to know where the words of asking are no question: "appelez quand vous voulez", "savoir faire".
NO_QUESTION = re.compile(
    r"\bquand (?:vous (?:voulez|pouvez|etes|avez|m appel\w+|serez)|meme|tu veux|je |j |il )"
    r"|\bn importe (?:quand|quel\w*|ou|comment)|\bpeu importe (?:quand|ou|quel\w*)|\bquel(?:le)? (?:que"
    r"|dommage|chance|bonne|honte|beau|belle|sale temps|galere|horreur|blague|plaisir)|\bcomme (?:quoi"
    r"|convenu)|\bje (?:ne )?sais pas (?:quoi|quand|comment|si|ou)|\bpourquoi pas\b|\bsavoir faire\b"
    r"|\bvous (?:fais|ferai|tiens|dirai|laisse|tiendrai) savoir|\bcomment dire\b|\bn importe\b"
    r"|\btout savoir\b|\b(?:il )?faut (?:que je|voir|reflechir|le temps)\b"
)

YES = re.compile(
    r"\b(?:oui|ok|d accord|volontiers|avec (?:grand |un grand |le plus grand |un enorme )?plaisir|bien sur"
    r"|evidemment|carrement|absolument|tout a fait|certainement|affirmatif|banco|grave|nickel|parfait"
    r"|super|genial|impec\w*|top|tres bien|bon pour moi|allons y|vas y|on y va|tope la|favorable"
    r"|favorablement|saute sur|envie (?:de (?:ce|cet|travailler|venir|commencer)|d y)"
    r"|aucun(?:e)? (?:inconvenient|contrainte|objection)|peut le faire|(?:peux|pourrais?"
    r"|vais) pas (?:dire non|refuser)|comment refuser|fonce|dans le coup|me libere|prenez moi"
    r"|suis en recherche active|c est exactement ce|vendu|ca marche|ca roule|ca me va|ca me convient"
    r"|me convient|me va|ca me branche|ca me tente|ca me dit|ca me plait|ca m irait|me plairait"
    r"|ca le fait(?! pas)|chaud\w*|go|allez|let s go|positif|yes i|i am interested|sure|with pleasure"
    r"|claro|si si|mais si|sans hesit\w*|sans (?:souci|probleme)|avec joie|je dis oui|j en suis"
    r"|j en serais|je suis (?:pour|dedans|dispose\w*|pret\w*|ouvert\w*|ok|partante?|d accord)|yallah"
    r"|inchallah|enthousiaste|ravi\w*"
    r"|interesse|partante?|motive\w*|preneu(?:r|se)|candidat\w*|volontaire|(?:ca|cela|offre|poste|travail"
    r"|proposition|mission) (?:m |me )?interesse\w*|m interesse\w*|tente\w*|je (?:veux|voudrais|souhaite"
    r"|aimerais) (?:bien|postuler|travailler|commencer|ce|le|cet|cette|y|tenter|essayer|saisir|participer"
    r"|candidater|donner)|je (?:postule|prends|signe|fonce|candidate|confirme|valide|accepte|maintiens"
    r"|reponds oui|me lance|cherche)|pourquoi pas|j accepte|j adore\w*|j aimerais (?:bien |travailler"
    r"|postuler|ce |rejoindre|avoir ce|y |saisir|beaucoup)|(?:je suis |suis |encore |et "
    r"|toujours )?disponible|dispo|pret(?:e)? a|inscrivez moi|comptez sur moi|mettez moi|envoyez (?:mon"
    r"|ma)|j attends que ca)\b"
)
# Words of assent that say nothing where they are an echo or politeness.
NO = re.compile(
    r"\b(?:non(?! (?:vehicul|fumeu|diplom|titulaire|qualifi|stop))|negatif|pas (?:pour l instant"
    r"|pour le moment|maintenant|en ce moment|cette fois|assez (?:paye|salaire|bien)|terrible)"
    r"|pas (?:du tout |vraiment |tres |trop |plus |forcement |specialement |particulierement |reellement "
    r"|franchement )*(?:interesse\w*|disponible|possible|pour moi|mon (?:truc|domaine|metier|delire|kif"
    r"|projet|profil)|ma (?:branche|tasse)|dans mes|dans ce|le mien|ce que je|un (?:travail|poste"
    r"|metier) (?:pour|qui)|envie|la peine|motive\w*|tente\w*|partante?|preneu\w+|en mesure|chaud\w*"
    r"|qualifie\w*|mobile|question|moyen|vehicule\w*|suite)|(?:n |ne )?(?:m |me )(?:interesse|tente"
    r"|convient|correspond|plait|va|dit|branche|attire) (?:pas|plus|guere|en rien|absolument pas"
    r"|nullement)|m interesse pas|(?:me|m) dit (?:rien|pas)|plus (?:du tout )?(?:disponible|interesse"
    r"|en recherche|a la recherche|au chomage|d actualite|besoin|preneu\w+|motive\w*|chercheu\w+"
    r"|demandeu\w+)|(?:ne )?(?:cherche|recherche) plus|plus de recherche|ne donne\w* pas suite"
    r"|donner suite|sans suite"
    r"|(?:j ai|ai|viens de|deja|j avais|avoir|je|on m a|enfin"
    r"|ayant) (?:\w+ ){0,3}(?:trouve\b(?! (?:le message|votre|l offre|l adresse|ca|que|interessant|pas))"
    r"|retrouve|signe|accepte (?:un|une|autre)|commence (?:un|une|mon|ma|lundi|hier|demain|dans|un nouv"
    r"|ailleurs)|demarre (?:un|une|mon)|repris (?:un|le|une|mes)|decroche|ete (?:embauche|pris\w*"
    r"|recrute)\w*|embauche\w*)|(?:j ai|ai) (?:deja |actuellement |bien |maintenant )*(?:un |une |du |mon "
    r"|de |ma )(?:nouveau |nouvelle |autre |cdi |cdd |emploi|travail|poste|contrat|mission|employeur"
    r"|alternance|taf)|deja (?:en (?:poste|emploi|cdi|cdd|activite|contrat|mission|interim|formation)"
    r"|pris\w*|embauche\w*|un (?:travail|poste|emploi)|du travail|salari\w*|employe\w*|trouve|engage\w*)"
    r"|(?:je suis|suis|actuellement) (?:\w+ )?(?:en (?:poste|emploi|cdi|cdd|contrat|activite)|employe\w*"
    r"|salarie\w*|embauche\w*|recrute\w*)|je (?:travaille|bosse) (?:deja|actuellement|maintenant"
    r"|en ce moment|depuis|a nouveau)|je (?:decline|refuse(?! pas)|renonce|passe mon tour|laisse tomber"
    r"|prefere (?:decliner|refuser|pas|ne pas|laisser))|laisse(?:z)? tomber|rien a voir|case\b|j annule"
    r"|ne fais que|me reconvertis|vise (?:un|une) autre|autre secteur|nenni|reponse negative|negative\b"
    r"|(?:veux|vais|ai) pas y retourner|mauvaise experience|1h30|autre bout|m interdit|a la retraite"
    r"|pour moi non|sans facon|sans moi|(?:bien |beaucoup |vraiment |un peu |c est |est |habite |c "
    r"|poste )*(?<!pas )(?<!si )(?<!pas si )trop (?:loin|bas|peu|tard|tot|dur|difficile|de route|de trajet"
    r"|physique|contraignant|fatiguant|vieux|mal salaire|eloigne\w*|de (?:km|bornes|kilometres)|court"
    r"|lourd|complique)|(?:impossible|dommage)|retirez ma candidature|je retire|(?:ne )?(?:peux|pourrai"
    r"|pourrais) (?:pas|plus)|ne (?:suis|serai) (?:pas|plus) (?:en mesure|disponible|interesse)"
    r"|aucun interet|aucune envie|hors de question|jamais de la vie|mort|niet|nein|c est non"
    r"|not interested|no thanks|passe mon tour|je passe(?! (?:a|au|vous|te|par|lundi|demain|cet|le|en|la))"
    r"|(?:tres |trop |un peu |si )?eloigne\w*|une prochaine fois|c est pas (?:possible|pour moi|mon)"
    r"|correspond pas|conviens? pas|veux pas|souhaite pas|desire pas|envie pas)\b"
)
NEGATED = re.compile(
    r"\b(?:pas|plus|ni|jamais|sans etre|guere|non|moins) (?:du tout |vraiment |tres |trop |forcement "
    r"|plus |etre |encore |toujours |specialement |particulierement |reellement |franchement |super "
    r"|hyper |si |tout a fait |l air |bien )*(?:interesse\w*|partante?|motive\w*|preneu\w+|disponible"
    r"|dispo|d accord|ok|tente\w*|chaud\w*|pret\w*|sur|evident|candidat\w*|ravi\w*|volontaire|possible"
    r"|parfait|top|genial|super|grave|ouvert\w*)\b"
    r"|\b(?:ca |cela |ne |n )?(?:m |me )(?:interesse\w*|tente\w*|va|convient|branche|plait"
    r"|dit) (?:absolument |vraiment |du tout |plus )?(?:pas|plus|rien|guere|moyen\w*)\b"
    r"|\bje (?:ne )?(?:veux|voudrais|souhaite|accepte|cherche|prends|confirme|postule) (?:pas|plus)\b"
    r"|\bbien sur que non\b|\b(?:mais|ah|eh|oh|euh|certainement|absolument|evidemment) (?:non|pas)\b"
)
UNSURE = re.compile(
    r"\b(?:peut etre|je (?:ne )?sais (?:pas|plus|plus trop)|sais (?:pas|plus)|(?:aucune|pas) idee"
    r"|ca (?:depend\w*|dependra)|cela depend\w*|depend (?:de|du|des)|tout depend|(?<!rien )a voir|(?:on|je"
    r"|faut|va|vais|vais|a) (?:bien )?(?:voir|verra|verrai|verrons|aviser\w*)|verra\w* bien|reflech\w*"
    r"|reflexion|hesite\w*(?! pas)|hesitant\w*|indecis\w*|mitige\w*|(?:pas|plus) (?:encore |tres |trop "
    r"|vraiment |tout a fait |totalement |completement )*(?:sur|sure|certain\w*|convaincu\w*|decide\w*)\b"
    r"|moyen\w*|bof|mouais|eventuellement|possiblement|sous reserve|a condition|(?:ni|entre) oui (?:ni"
    r"|et) non|oui et non|oui non|50 50|selon (?:le|la|les|l|ce)|vous (?:redis|redirai|dirai|dis (?:ca"
    r"|ce soir|demain|lundi|vite)|tiens|tiendrai|reponds (?:ce|demain|dans|plus|lundi)|repondrai"
    r"|donne (?:\w+ )?reponse|donnerai|confirme (?:ca|cela|ce soir|demain|dans|plus|lundi|rapidement)"
    r"|confirmerai|recontacte\w*|rappelle|fais un retour|ferai|reviens)|reviens vers vous"
    r"|laissez moi (?:le temps|reflechir|un peu|voir)|besoin de (?:temps|reflechir|reflexion)"
    r"|(?:je )?dois (?:d abord |encore |en )?(?:voir|demander|parler|en parler|verifier|m organiser"
    r"|reflechir|regarder|discuter)|demander a (?:ma|mon)|en parler (?:a|avec) (?:ma|mon)"
    r"|attends (?:aussi |encore )*(?:une|la|un|des|le|de) (?:\w+ )?(?:reponse|retour|autre|confirmation"
    r"|savoir)|plus tard|pas (?:tout de suite|encore|dans l immediat|avant)|(?<!savoir )si (?:jamais"
    r"|possible|c est|ca|le|la |les |vous|on|il|y|pas)|en attente|tente mais|sous conditions?"
    r"|ca se (?:peut|discute|reflechit)|why not mais|pourquoi pas mais|probablement|sans doute"
    r"|je pense (?!que oui)|je crois|(?:normalement|theorie|a priori|apriori)|potentiellement|a negocier"
    r"|plus ou moins|pourquoi pas si|(?:y|d y) (?:penser|pense|reflechir)|(?:me|m) tate|un doute|partage"
    r"|balance|tater|me prononce\w* pas|peux pas (?:vous )?(?:repondre|dire|decider"
    r"|confirmer) (?:\w+ )?(?:maintenant|encore|de suite|tout)|j en sais rien|sais rien|ch ai pas"
    r"|chais pas|ca se pourrait|possible (?:mais|si)|c est possible$|je demande a (?:ma|mon)"
    r"|que je voie?\b|que je (?:demande|reflechisse|m organise|verifie|regarde)|attends aussi|(?:pas"
    r"|ni) (?:\w+ ){0,3}avant (?:le|la|l|fin|debut|mi|lundi|mardi|mercredi|jeudi|vendredi|samedi|janvier"
    r"|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|\d|un|deux|plusieurs"
    r"|quelques)|disponible (?:que|uniquement|seulement|juste)|seulement (?:le|la|les|en|si)|uniquement"
    r"|(?<!savoir )(?<!savoir )si (?:horaires?|temps|teletravail|paye|salaire|en|mi|proche|pres|c|cdi|cdd"
    r"|bien|jamais|tu|nous|possibilite))\b|\b(?:laissez|donnez) moi (?:\w+ ){0,3}(?:temps|jour|jours|heure"
    r"|semaine)"
)
RESERVE = re.compile(
    r"\b(?:mais|sauf|cependant|par contre|a condition|seulement si|uniquement|toutefois|neanmoins|hormis"
    r"|sinon|que si|a moins)\b"
)
BUSY = re.compile(
    r"\b(?:en (?:formation|stage|arret|conge\w*|vacances|maladie|convalescence|deplacement|voyage|cure)"
    r"|hospitalise\w*|a l hopital|enceinte|malade|blesse\w*|a l etranger|jusqu (?:a|au|en))\b"
)
TURN = re.compile(
    r"\b(?:enfin|finalement|en fait|en faite|euh|heu|oups|pardon|ah|ou plutot|plutot|en realite"
    r"|apres reflexion|reflexion faite|tout compte fait|a la reflexion|correction"
    r"|je (?:me )?(?:suis )?(?:rectifie|corrige|trompe|reprends|change d avis)|change d avis|attendez"
    r"|je voulais dire|je dis|erreur)\b"
)
EASY = re.compile(
    r"\b(?:pas (?:de|d)|sans|no|aucun|y a pas de|il y a pas de) (?:soucis?|problemes?|problem|pb|inconvenients?)\b"
)
DOUBLE = re.compile(
    r"\brefuse(?:rai|rais)? pas\b|\b(?:je )?(?:ne )?(?:dis|dirais|dirai|suis|serais|serai) pas (?:non"
    r"|contre|oppose\w*)\b|\bpas (?:contre|non plus contre|de refus|de non)\b|\bpas (?:si |tres "
    r"|trop )?(?:loin|mal|bete|inintere\w*|ininteressant)\b|\bne (?:dis|dirais) pas non\b"
    r"|\bne refuse pas\b|\bpas ininteresse\w*|\b(?:jamais|pas) (?:je )?(?:dirai|dire|dirais"
    r"|refuser) (?:non)?\b|\bpourquoi je refuserais\b|\bn ai rien contre\b|\bj ai rien contre\b"
    r"|\bpas (?:in|des)interesse\b|\bavec moi (?:pas )?de souci"
)
HAVE = re.compile(
    r"\b(?:je l ai|je les ai|j ai (?:ca|tout|le|la|les|l|mon|ma|mes|un|une|deja|bien|de|du|bac|eu|fait"
    r"|passe|obtenu)|je (?:possede|dispose|detiens|suis titulaire|suis vehicule|maitrise|parle"
    r"|sais (?!pas)|connais|l ai|suis (?:mobile|motorise|diplome))|titulaire|vehicule\w*|en possession"
    r"|valide|a jour|depuis \d+|\d+ ans)\b"
)
HAVE_NOT = re.compile(
    r"\b(?:j ai (?:pas|jamais|aucun\w*|rien)|n ai (?:pas|jamais|aucun\w*|rien|plus)|(?:je )?l ai (?:pas"
    r"|jamais|plus)|les ai pas|ai pas|jamais (?:eu|fait|passe)|pas (?:le|la|de|d|les|encore|du|mon|ce"
    r"|vehicule)|aucun\w*|sans (?:permis|diplome|experience|voiture)|perime\w*|retire|expire\w*"
    r"|suspendu\w*|annule\w*|(?:non|pas) (?:vehicule|titulaire|diplome)\w*)\b"
)
LATER = re.compile(
    r"\b(?:en cours|bientot|je (?:le |la )?passe|prochainement|en train|prevu|inscrit\w*|code|presque"
    r"|renouvel\w*|a renouveler)\b"
)
SCHEDULE = re.compile(
    r"^(?:(?:oui|ok|bonjour|merci|je|suis|disponible|des|a|partir|de|du|le|la|l|d|a|compter|au|plus|tot"
    r"|tard|des|que|possible|pour|travailler|debut|fin|mi|environ|vers|dans|s|il|vous|plait|semaine"
    r"|prochaine|mois|prochain|jours|semaines|tout|suite|immediatement|maintenant|aujourd|hui|demain|apres"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|mars|avril|mai|juin|juillet"
    r"|aout|septembre|octobre|novembre|decembre|commencer|peux|immediate|immediat|quand|voulez|n|importe"
    r"|\d+(?:/\d+)*|1er|jour|matin) ?)+$"
)
FROM = re.compile(r"\b(?:a partir|a compter|des (?!que)|disponible|commencer|immediat)")
ONLY_GREETING = re.compile(
    r"^(?:bonjour|merci|madame|monsieur|bonne|journee|soiree|a|vous|de|rien|lol|cordialement| )+$"
)
NO_ROBOT = re.compile(
    r"\b(?:veux |souhaite |aime |n aime )?pas (?:de |parler |discuter |ecrire |echanger )?(?:a "
    r"|avec )?(?:un |une |des )?(?:robots?|machines?|automates?|ordinateurs?)\b"
)
NOT_BEFORE = re.compile(
    r"\b(?:pas|seulement|uniquement|que|qu) (?:\w+ ){0,3}(?:avant|a partir|apres|des)\b(?! (?:\d+ ?(?:h"
    r"|heures?)\b|\d+h|midi|le (?:matin|soir)))"
)
BEGINS_NO = re.compile(
    r"^(?:bonjour |merci |mais )*(?:non|pas (?:interesse|disponible|pour moi)|trop|c est trop"
    r"|j ai (?:deja )?trouve|je ne suis p)"
)
AT_FIRST = re.compile(
    r"\bm interessait\b|\betais (?:\w+ )?(?:interesse|partante?|motive\w*|disponible)|\bavais dit oui\b|\bdisais oui\b"
)
SI = re.compile(r"^ ?(?:bah |ben |mais )?si\b(?! (?:c |ca|le|la|les|vous|je|on|il))")
